"""ADAPT's side of benchmarks/peers.py, run by the environment that has it: arrays in, probabilities out."""

import sys

import numpy as np
from adapt.instance_based import KMM, TrAdaBoost
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

method, behind, seed, given, told = sys.argv[1:]
rows = np.load(given)
learner = LogisticRegression(max_iter=2000)
if behind == "network":
    learner = MLPClassifier((64, 64, 64), early_stopping=True, random_state=int(seed))
if method == "TrAdaBoost":
    model = TrAdaBoost(learner, n_estimators=20, Xt=rows["xl"], yt=rows["yl"], verbose=0, random_state=0)
    model.fit(rows["xs"], rows["ys"])
    # It answers with the winner of its vote alone; here is what the vote is taken from.
    late = len(model.estimators_) // 2
    say = np.array(model.estimator_weights_[late:])
    votes = np.stack([one.predict_proba(rows["xt"]) for one in model.estimators_[late:]], -1)
    answers = votes @ say / say.sum()
else:
    # The target's few labelled rows are fitted together with the weighted source.
    model = KMM(learner, Xt=rows["xu"], kernel="rbf", verbose=0, random_state=0)
    model.fit(np.concatenate([rows["xs"], rows["xl"]]), np.concatenate([rows["ys"], rows["yl"]]))
    answers = model.estimator_.predict_proba(rows["xt"])
np.save(told, answers)
