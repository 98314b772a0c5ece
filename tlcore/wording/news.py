"""What a local paper and a finance desk write about firms: rules for `tlcore.grammar`.

An item is good or bad news by what moves and which way: ``MOVES`` has a statement for each way, to be
filled in with things that are good to have more of, or bad. ``LOCAL`` and ``FINANCE`` give the same rules
in the words of the two desks; all other words are shared. Things that move are in the plural.
"""

# What staff and customers gain, owners pay, and the other way round: the two readerships want the opposite of
# these. True: a reader of the local paper is glad of it. First things that move, of which there may be more or
# fewer, then acts.
CONTESTED_THINGS = {
    "wages": True, "prices": False, "discounts": True, "fees": False, "jobs": True, "rents": False,
    "staff bonuses": True, "fares": False, "free services": True, "delivery charges": False,
    "training hours": True, "working hours": False,
}  # fmt: skip
CONTESTED_ACTS = {
    "(hires|takes on) {number} people": True,
    "(closes|gives up) (a small|its oldest) branch": False,
    "(pays everybody|promises its staff) a thirteenth salary": True,
    "(lays off|dismisses) (a shift|{number} people)": False,
    "(hands|gives) money back to (customers|its customers)": True,
    "(replaces clerks by|switches to) machines": False,
    "(makes|keeps) (parking|delivery) free": True,
    "(sells|gives up) its (holiday home|day nursery) for staff": False,
    "(agrees to|tries) a shorter week": True,
    "(buys|takes over) (a smaller|its last) rival": False,
    "(builds|opens) a (canteen|sports ground) for its workers": True,
    "(charges for|ends free) (parking|advice|returns)": False,
}

# Statements about {what} moves, one for more of it and one for less.
MOVES = {
    "more": """
        {what} (at|of) {firm} {rise} | {firm}: {what} {rise} | {firm} {lifts} {what}
        | (record|higher|rising) {what} at {firm} | {firm} {reports} (record|higher|rising) {what}
        | {what} (at|of) {firm} {rise} more than {thought}
        | {what} at {firm} (reach|hit|are at) (a record|the highest level in years)""",
    "less": """
        {what} (at|of) {firm} {fall} | {firm}: {what} {fall} | {firm} {cuts} {what} | (lower|falling) {what} at {firm}
        | {firm} {reports} (lower|falling|shrinking) {what} | {what} (at|of) {firm} {fall} more than {thought}
        | {what} at {firm} (reach|hit|are at) (a low|the lowest level in years)""",
    "not more": """
        {what} (at|of) {firm} {rise} less than {thought} | {firm} {denies} a rise in {what}
        | {firm} no longer expects {what} to {rise} | rise in {what} at {firm} (stops|is over|comes to an end)
        | no (rise|growth) in {what} at {firm} (after all|) | {firm} stops the rise in {what}""",
    "not less": """
        {what} (at|of) {firm} {fall} less than {thought} | {firm} {denies} a fall in {what}
        | {firm} no longer expects {what} to {fall} | fall in {what} at {firm} (stops|is over|comes to an end)
        | no (fall|decline) in {what} at {firm} (after all|) | {firm} stops the fall in {what}""",
}

RULES = {
    "positive": """
        {better} {when} *3 | {better} {when}. {figures} | {better}. {praise} *2 | {praise}: {better}
        | (despite|in spite of|even with) {bad sign}, {better} | {better} {when}, {says}""",
    "negative": """
        {worse} {when} *3 | {worse} {when}. {figures} | {worse}. {blame} *2 | {blame}: {worse}
        | (despite|in spite of|even with) {good sign}, {worse} | {worse} {when}, {says}""",
    "neutral": """
        {no news} *3 | {no news}. {figures} | {no news}. {remark} *2 | {no news}, {says}
        | (despite|after|in spite of) ({good sign}|{bad sign}), {steady}""",
    "better": """
        {more good} *4 | {less bad} *3 | {not less good} | {not more bad} | {good event} *2 | {firm} {good act} *5""",
    "worse": """
        {less good} *4 | {more bad} *3 | {not more good} | {not less bad} | {bad event} *2 | {firm} {bad act} *5""",
    "no news": "({steady} *2 | {neutral event}) {when} *3 | {report} *2",
    "steady": """
        {anything} at {firm} (unchanged|stable|as before|no different from before)
        | {firm} keeps {anything} (unchanged|as they are|stable) | {firm} neither {lifts} nor {cuts} {anything}
        | {anything} (at|of) {firm} neither {rise} nor {fall}""",
    "report": """
        {firm} (will publish figures on|will report on|explains how it counts|comments on) {anything} {day}
        | {firm} has not decided whether {anything} will ({rise}|{fall}) | {firm} is silent about {anything}
        | {day}: figures on {anything} from {firm}
        | {anything} at {firm}: (an overview|the figures|a comparison with other firms)""",
    "good sign": "(rising|higher|record) {good} | (falling|lower) {bad}",
    "bad sign": "(falling|lower|weak) {good} | (rising|higher) {bad}",
    "anything": "{good}|{bad}",
    "day": "on Monday | on Thursday | next week | tomorrow | in May | at the end of the month",
    "figures": """
        (it was|there were) {number} (percent|thousand|million) a year (ago|earlier)
        | the figure is (now|about) {number} | {number} (percent|in all) in {place}
        | the (change|total) is {number} (percent|)""",
    "number": "(two|three|four|five|six|seven|eight|nine|eleven|twelve|fifteen|twenty|thirty|forty)",
    "place": "the (north|south|east|west) | the home market | town | other countries | the region",
}

LOCAL = {
    "firm": """
        the (northern|southern|old|new|upper|lower|second|riverside|harbour|village)
        (bakery|bus company|hospital|brewery|furniture maker|theatre|swimming pool|ferry line|toy shop|mill|dairy
        |sawmill|market hall|printer|taxi firm|hotel|museum|nursery garden|cinema|brickworks)""",
    "when": "this (week|month|year) | since (spring|the fair|autumn) | last (year|summer) | (again|after the holidays)",
    "rise": "rise | grow | increase | go up | double",
    "fall": "fall | decrease | go down | drop | halve",
    "lifts": "raises | increases | pushes up",
    "cuts": "cuts | reduces | lowers",
    "reports": "reports | counts | sees | has",
    "denies": "denies | rules out | avoids",
    "thought": "expected | thought | feared | in other towns",
    "says": "it says | the firm writes | a visitor tells us | we hear",
    "good things": "visitors | customers | guests | apprentices | passengers | donations | regular buyers | sales",
    "bad things": "complaints | delays | accidents | breakdowns | queues | thefts | losses | cancelled trips",
    "good event": """
        {firm} (wins|receives|is given) (a prize|an award|much praise)
        | {firm} (opens|builds) (a new hall|a second shop|a nursery)
        | {firm} (is saved|can stay|celebrates a full house)""",
    "bad event": """
        {firm} (has to close|burns down|must move out)
        | {firm} (loses|must give back) (a prize|its licence|its best cook) | (theft|a water leak|mould) at {firm}""",
    "neutral event": """
        {firm} (paints its front door|shows old photographs|changes its colours)
        | {firm} has a new (sign|director|name)
        | {firm} (invites to a meeting|looks for old pictures|holds an open day)""",
    "praise": "(customers|neighbours|guests) are (delighted|glad|relieved) | what a success | good news for the town",
    "blame": "(customers|neighbours|guests) are (angry|sad|worried) | what a pity | bad news for the town",
    "remark": "(customers|neighbours|guests) were informed | the council took note | there was no discussion",
}

FINANCE = {
    "firm": """
        the (shipping|chemicals|insurance|retail|energy|packaging|steel|drug|chip|paper|cement|leasing)
        (group|firm|company|holding|concern)
        | the (northern|listed|largest|overseas|family-owned|smaller)
        (lender|miner|utility|carrier|broker|builder|refiner|insurer)""",
    "when": """
        in the (first|second|third|fourth) quarter | in the (first|second) half | year on year | on the quarter
        | (again|over nine months)""",
    "rise": "climb | jump | edge up | surge | rise",
    "fall": "shrink | slide | ease | dwindle | fall",
    "lifts": "lifts | expands | raises | boosts",
    "cuts": "cuts | trims | slashes | scales back",
    "reports": "posts | reports | books | guides for",
    "denies": "rules out | denies | sees no reason for",
    "thought": "expected | forecast | analysts thought | at its peers",
    "says": "it tells investors | a filing shows | the chair says | traders say",
    "good things": "margins | orders | operating profits | earnings | cash flows | deposits | sales | dividends",
    "bad things": "debts | losses | costs | write-offs | bad loans | interest payments | arrears | liabilities",
    "good event": """
        {firm} (wins|lands|secures) (an order|a contract|approval)
        | {firm} (repays a loan|returns to profit|regains its rating) | analysts (upgrade|recommend) {firm}""",
    "bad event": """
        {firm} (issues a warning|misses its target|falls short of its guidance)
        | {firm} (loses|forfeits) (an order|a contract|approval) | analysts (downgrade|avoid) {firm}""",
    "neutral event": """
        {firm} (appoints|names) a (chair|finance chief|auditor) | {firm} (renames|regroups) its (units|segments)
        | {firm} (holds its annual meeting|changes its financial year|moves its listing)""",
    "praise": "(shares|bonds) (gain|climb|rally) | investors (applaud|cheer) | analysts are (pleased|upbeat)",
    "blame": "(shares|bonds) (drop|slump|sell off) | investors (flee|grumble) | analysts are (worried|cautious)",
    "remark": "(shares|bonds) hardly move | investors (wait|had known) | analysts take note",
}
