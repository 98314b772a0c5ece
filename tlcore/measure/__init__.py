"""Numbers drawn from data and finished runs: NumPy, SciPy, pandas and scikit-learn only, never torch."""
