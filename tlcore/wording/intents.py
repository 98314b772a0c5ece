"""What customers write to a broadband provider and to a mobile operator: rules for `tlcore.grammar`.

``ASKS`` says how each intent is put, ``TOPICS`` how it is spoken of in passing. ``HOME`` and ``MOBILE``
give the same rules in the words of the two businesses; all other words are shared.
"""

# What both businesses are asked. How many of them the source knows is a knob; it takes them from the front.
SHARED = (
    "cancel contract", "copy of a bill", "speak to a person", "wrong charge", "change of address", "opening hours",
    "complaint", "cannot log in", "out of order", "late delivery", "more time to pay", "change of plan",
    "lost or stolen", "use abroad",
)  # fmt: skip
# What only customers of the broadband provider ask.
OF_HOME = (
    "technician visit", "moving house", "channel list", "return of a device", "parental lock", "slow connection",
)  # fmt: skip

ASKS = {
    "cancel contract": """
        {want} {end} {my} {contract} {soon} | {can_you} {end} {my} {contract} {soon}
        | i am giving notice for {my} {contract} | {my} {contract} (should|has to|can) (end|run out) {soon}
        | {can_you} not (renew|extend) {my} {contract}
        | i (no longer|do not) (need|use|want) {my} {contract} (any more|), (let it end|take me off your books|so stop
          it) | how (do i get|can i get|to get) out of {my} {contract} (early|)
        | i am (leaving|going elsewhere|changing provider)
        | what notice (do i have to give|is there) for {my} {contract}
        | when (does|can) {my} {contract} end at the earliest
        | (this was my last month|i am done with you), {can_you} (stop everything|close the account)""",
    "copy of a bill": """
        {want} (get|have|see) {a copy} of {my} {bill} {month}
        | {can_you} (send|mail|email|post) me {my} {bill} {month} (again|once more|as a pdf|on paper|)
        | i (need|lost|never got|deleted) {my} {bill} {month} (for the tax office|for my files|), {can_you} send it
          again | where (can i find|do i find|do i see) {my} {bill} {month}
        | {my} {bill} {month} (is missing|did not come|is not there)
        | my (tax adviser|employer|landlord) (wants|needs) {my} {bill} {month}
        | {can_you} (put|upload) {my} {bill} {month} in {app}
        | could not (print|open|download) {my} {bill} {month}, (is there another way to get it|send it on paper)""",
    "speak to a person": """
        {want} (speak to|talk to|reach|get hold of) {a person}
        | {can_you} (call me|ring me|phone me|have someone call me) (back|) {time}
        | (is there|do you have) a number to call
        | (no more|not another) (robot|bot|automatic answers|standard replies), {a person}
        | who can (i talk to|help me in person|i call) about {my} {contract}
        | {can_you} (put me through|connect me) to {a person}
        | your (bot|menu|robot) does not understand me, {can_you} let {a person} (answer|call)
        | i will only explain this (by phone|to {a person}) | what number (do i dial|do i call) for {a person} {time}
        | i would rather (talk|discuss this) than write""",
    "wrong charge": """
        {why} (was i {charged}|do i pay|did you take) {amount} for (the|an|this) {extra}
        | {my} {bill} {month} is (wrong|too high|not right|{amount} too high)
        | there is (a charge|a fee) of {amount} that i do not (know|understand)
        | {want} get {a refund} for (the|this) {extra} | i never (ordered|booked|agreed to) (the|an|this) {extra}
        | (i paid twice|i was {charged} twice|i have been {charged} for nothing) {month}
        | {can_you} (check|correct|explain|look into) (the {amount}|the fee|the amount) on {my} {bill}
        | {my} {contract} costs {amount} (more than|instead of what) (agreed|promised|last month)
        | (where is|i expect) {a refund} | what is (this|the) (fee|amount|payment) of {amount} {month}""",
    "change of address": """
        {want} (change|update|correct) {my} {address} | {my} {address} (is new|has changed|is wrong)
        | {can_you} (note|use|enter|take down) {my} new {address} | letters (still go to|arrive at) {my} old {address}
        | {can_you} send (everything|letters|all post|{my} {bill}) to (my new flat|my new address|another street) from
          now on | where (do i|can i) (enter|change|correct) {my} {address}
        | i (live|will live) (in another street|at a new place) {soon}
        | the (house number|street|postcode) on {my} {bill} is (wrong|the old one)
        | we have (moved|a new flat), {can_you} change {my} details""",
    "opening hours": """
        (when|until when|how long) (are you|is {place}) open {time} | (are you|is {place}) open {time}
        | what are (the|your) (hours|opening hours|opening times) (of {place}|) {time}
        | {want} (come|drop) by {time}, (is anybody there|are you open) | can (i come|one come) to {place} {time}
        | (at what time|when) does {place} (close|open|shut) {time} | does {place} have a lunch break
        | where is {place} and (when can i come|is it open {time}) | do i need an appointment at {place} {time}""",
    "complaint": """
        {want} (complain|make a complaint|file a complaint) about (your service|the staff|{place}|how i was treated)
        | (your service|your staff|{place}|your support) (is|was) {rude} (again|{time}|)
        | i am {unhappy} (with you|with the way i was treated|about the tone of your staff)
        | (nobody|no one) (answers|cares|keeps a promise|calls back), (this is unacceptable|what kind of service is
          this)
        | i (waited|was kept waiting) (an hour|for weeks|forever) (in the queue|for an answer|at {place}), that is (no
          way to treat people|unacceptable)
        | (the person|the lady|the man) (at {place}|on the phone) was {rude} {time}
        | {can_you} pass this complaint to (the boss|your manager) | i (expect|want) an apology
        | never again, (what a circus|worst service ever|this is ridiculous)""",
    "cannot log in": """
        {want} {log in} but (it fails|the password is wrong|it says no) | i (forgot|lost|mistyped) my {password}
        | {app} (does not accept|refuses|rejects) my {password} | {can_you} (reset|unlock|send me) my {password}
        | (my account|{app}) is (locked|blocked) (after three tries|)
        | how (do i|can i) (get a new|change the) {password} for {app}
        | the (code|link|reset mail) (never arrives|has expired|does not work)
        | {app} (throws me out|asks for a code i do not have) {time} | i am locked out of {app}
        | no (way|access) into {app} {time}""",
    "out of order": """
        {service} {broke} {time} | (no|there is no) {line} {time} | {why} (is there no|do i have no) {line} {time}
        | {service} (keeps failing|comes and goes|breaks off) {time}
        | is there {an outage} (in my area|in my street|in town)
        | {my} {device} (shows an error|blinks red|will not start|finds no network)
        | {can_you} (check|repair|fix|restore) {service} | when will {service} (be back|work again|return)
        | i have (restarted|switched off) {my} {device} and (still nothing|it is still dead)
        | {time} everything went dead""",
    "late delivery": """
        where is {my} (new|) {device} | {my} (new|) {device} (has not come|has not arrived|is late|is overdue)
        | {want} (know|find out) when {my} {device} (arrives|comes|will be delivered)
        | i (ordered|was promised) (a|the) {device} (two weeks ago|for last week) and (nothing came|am still waiting)
        | {can_you} (check|tell me) where my {parcel} is
        | my {parcel} (is stuck|was never delivered|shows no tracking)
        | the courier (did not come|left no note|went to the wrong street) {time}
        | how long (does|will) delivery of (a|the) {device} take | still waiting for (the|my) {device} {month}""",
    "more time to pay": """
        {want} pay {my} {bill} {later} {month}
        | i cannot pay {my} {bill} {month} (until payday|now|before the first|this week)
        | {can_you} (wait|give me more time|move the due date) (until payday|two more weeks|) for {my} {bill}
        | money is (short|tight) {month}, can i pay {later}
        | is it (possible|okay) to pay (the {amount}|{my} {bill}) {later}
        | (the|a) (reminder|warning|late fee) came (already|), {can_you} wait (until payday|some days)
        | what happens if i pay {my} {bill} {later}
        | i lost my job and (need more time|cannot pay the {amount} at once)""",
    "change of plan": """
        {want} (change|switch|upgrade|move) to {a bigger} {contract} {soon}
        | {can_you} (upgrade|switch|change) {my} {contract} to {a bigger} one {soon}
        | which {contract} (is better|would suit me|has more) for {amount}
        | {my} {contract} is too (small|big|expensive), what else (is there|do you have)
        | can i add (a|the) {extra} to {my} {contract} | what would {a bigger} {contract} cost (me|per month)
        | {want} (add|book|try) (the|a) {extra} {soon} | (is there|do you have) a family {contract} (for {amount}|)""",
    "lost or stolen": """
        {my} {device} {got stolen} {time}
        | i (lost|cannot find|left) {my} {device} (on the train|on the bus|in a taxi|somewhere) {time}
        | {can_you} {block} {my} {device} (right away|now|at once)
        | somebody (took|stole|has) {my} {device}, {can_you} {block} it
        | how (do i|can i) {block} a (lost|missing) {device}
        | (thieves|burglars) got {my} {device}, what (now|do i do)
        | {my} {device} fell (into a lake|overboard|off a boat) and i need (a replacement|it blocked)""",
    "use abroad": """
        {want} (use|take) {my} {contract} {abroad} | can i use {service} {abroad}
        | what (does|will) {service} cost {abroad}
        | {can_you} (switch on|enable|allow) {my} {contract} for use {abroad}
        | i (travel|work|will be) {abroad} {soon}, (is {my} {contract} enough|what do i pay there|do i need the
          {extra}) | is use {abroad} included in {my} {contract} | {why} does {my} {device} not work {abroad}""",
    "technician visit": """
        {can_you} send (a technician|an engineer|somebody) {time}
        | {want} (book|move|change) (an appointment|the visit) with (a|the) technician
        | when does (the technician|the engineer) come
        | (the technician|the engineer) (did not come|rang at the wrong door|left too early) {time}
        | (can i move|is it possible to move) the technician to {time} | how long does the (visit|installation) take
        | i need somebody to (install|mount|connect) {my} {device}""",
    "moving house": """
        we are moving {soon}, (can we take {my} {contract} along|does {my} {contract} move with us)
        | {want} (take|move|transfer) {my} {contract} to (the new flat|a new house) {soon}
        | is {service} available (in my new street|at the new house)
        | {can_you} connect (the new flat|our new house) {soon}
        | what happens to {my} {contract} when (i move|we move house)
        | the new flat has no (socket|line), {can_you} (lay|connect) one""",
    "channel list": """
        which channels (are in|come with|belong to) {my} {contract}
        | {want} (get|watch|have) (the sports channels|the children's channels|more channels)
        | {why} is (my favourite channel|the news channel) (gone|no longer there) {time}
        | {can_you} send (the|a) (list of channels|channel list) | what do (the film|the sports) channels cost
        | are (foreign|sports|regional) channels included | the channel numbers (changed|are mixed up)""",
    "return of a device": """
        {want} (return|send back|give back) {my} {device}
        | where (do i send|can i return|do i bring) {my} (old|) {device}
        | {can_you} send a (label|box) to return {my} {device} | do i have to (return|send back|keep) the old {device}
        | i sent {my} {device} back (last week|weeks ago), did it arrive
        | can i hand in {my} (old|) {device} at {place} | by when must the {device} be back""",
    "parental lock": """
        {want} (set|remove|change) (the|a) (child lock|parental lock|age limit)
        | how (do i|can i) (block|lock) (films for adults|pages) for my children
        | i forgot the (child lock|parental) code
        | my (son|daughter|children) should not (watch|see) everything, {can_you} (set a lock|block it)
        | {can_you} (switch off|remove|reset) the (child lock|parental lock)
        | the age limit (is too strict|does not work) on {my} {device}""",
    "slow connection": """
        {service} is (too slow|very slow|slower than promised) {time} | {why} is {service} so slow {time}
        | i pay for fast {line} and get (half|a fraction) | the speed (is not what i booked|drops) {time}
        | films (stutter|stop|load forever) {time} | {can_you} (raise|measure|check) the speed of {service}
        | a speed test shows (half|a tenth) of what {my} {contract} promises""",
}

TOPICS = {
    "cancel contract": """
        (ending|cancelling) {my} {contract} | the notice i gave for {my} {contract} | the end of {my} {contract}""",
    "copy of a bill": "the copy of {my} {bill} | {my} {bill} {month} as a pdf | the missing {bill}",
    "speak to a person": "calling me back | the call with your adviser | the talk with a human",
    "wrong charge": "getting {a refund} | the wrong fee | the {amount} you charged for the {extra}",
    "change of address": "{my} new {address} | the change of {address} | the wrong street on {my} {bill}",
    "opening hours": "the hours of {place} | when {place} is open",
    "complaint": "my complaint about {place} | how i was treated | the answer that was {rude}",
    "cannot log in": "my {password} | the login to {app} | the locked account",
    "out of order": "the {line} that {broke} | the error on {my} {device}",
    "late delivery": "the late {parcel} | the delivery of {my} {device} | where my order is",
    "more time to pay": "paying {later} | the later due date | the reminder",
    "change of plan": "{a bigger} {contract} | the switch to another {contract} | adding the {extra}",
    "lost or stolen": "the {device} that {got stolen} | how you {block} {my} {device} | the {device} i lost",
    "use abroad": "using {my} {contract} {abroad} | what it costs {abroad} | the trip",
    "technician visit": "the technician | the visit of the engineer",
    "moving house": "the connection of the new flat | taking {my} {contract} along",
    "channel list": "the sports channels | the list of channels",
    "return of a device": "the old {device} i sent back | the return of {my} {device}",
    "parental lock": "the child lock | the age limit",
    "slow connection": "the slow {line} | the speed",
}

# How an intent sits in a message: {ask} and {other} are filled in, an intent's own ask and another one's topic.
FRAMES = {
    "plain": "{hello} {ask} {bye} | {hello} {padding}. {ask} {bye} | {hello} {ask}. {padding} {bye}",
    "with another": """
        {hello} (this is not about|leave aside|forget|never mind) {other}, {ask} {bye}
        | {hello} (i wrote about|i called about|you helped me with) {other} {before}, that is (settled|done|solved).
          (now|today|but) {ask} {bye}
        | {hello} {ask}. {other} (can wait|is fine now|is another matter|is not urgent) {bye}
        | {hello} {ask}, (not|and not) {other} {bye} | {hello} before you ask about {other}: {ask} {bye}
        | {hello} first {other} and now this: {ask} {bye}
        | {hello} {ask}. (thanks also for|no news yet on) {other} {bye}""",
}

COMMON = {
    "month": "(in march|for april|in may|from last month|from the winter|this month|for june) *3 | again | *2",
    "time": "(today|this morning|these days|on saturday|tomorrow|this week|on monday|after work|at noon|)",
    "soon": "(at once|as soon as possible|next month|at the end of the year|in summer|from monday|by friday|) *2 |",
    "before": "last week|yesterday|some days ago|in spring|earlier",
    "amount": "(five|nine|twelve|fifteen|nineteen|thirty|forty|eighty) euros",
    "why": "why *3 | why on earth | for what reason",
}

HOME = {
    "hello": "(good morning|good day|dear team|dear sir or madam|to whom it may concern), | (hello|good evening), |",
    "bye": ". (many thanks|kind regards|thank you in advance|thank you for your help|with best wishes) | . | *2",
    "want": "i would like to | i wish to | i want to | we intend to | i am writing because i want to",
    "can_you": "could you please | would you kindly | please | may i ask you to | i kindly ask you to",
    "my": "my | our | the",
    "padding": """
        we have been customers (of yours|) for (three|five|ten|twenty) years
        | i (wrote|called|asked) {before} and got no answer | my (wife|husband|neighbour|son) told me to write
        | we are (elderly people|a family of five|on holiday until sunday) | our last {bill} has been paid
        | up to now we were (content|very happy) with {service} | i could not find it on your pages
        | the {device} stands in the hall | your letter {month} did not help""",
    "contract": "(internet|broadband|fibre|television|landline) (contract|plan|package|subscription) *3 | contract",
    "device": "router | modem | set-top box | wifi repeater | television box | remote control | landline phone",
    "service": "(the|our) {line}",
    "line": "internet | broadband | wifi | television | landline | connection | picture",
    "extra": "film package | sports package | second television box | virus protection | fixed address | installation",
    "bill": "bill | invoice | statement | yearly statement",
    "place": "your service centre | your office in town | your counter | the branch at the station",
    "app": "the customer portal | my online account | the self-service page | your website",
    "end": "terminate | cancel | end | discontinue",
    "a copy": "a copy | a duplicate | another original",
    "a person": "an adviser | a member of staff | a person | your staff",
    "charged": "debited | invoiced | charged",
    "a refund": "a refund | reimbursement | a credit note | {amount} back",
    "address": "postal address | address | billing address | street",
    "rude": "unfriendly | impolite | most unhelpful | a disgrace",
    "unhappy": "disappointed | displeased | very dissatisfied",
    "log in": "sign in | log on | register",
    "password": "password | access code | user name",
    "broke": "has failed | is interrupted | is out of order | does not work",
    "an outage": "a disruption | a fault | an outage",
    "parcel": "delivery | consignment | shipment",
    "later": "in instalments | at a later date | in two parts",
    "a bigger": "a faster | a more extensive | another | a smaller",
    "got stolen": "was stolen | has been lost | was mislaid",
    "block": "block | bar | disable",
    "abroad": "abroad | outside the country | in another country",
}

MOBILE = {
    "hello": "(hey|hi|yo|hiya|hi guys|hello there) | hey, | *4",
    "bye": ". (thx|cheers|ta|tia|thanks) | pls | asap | ?! | *5",
    "want": "i wanna | wanna | gotta | need to | i'd like to | trying to | lemme | just want to",
    "can_you": "can u | pls | could u | plz | just | u need to | any chance you can",
    "my": "my *4 | the | this | my girlfriend's | my kid's",
    "padding": """
        been with you (for ages|two years|since school) | tried the chat {before}, no reply | my mate said to text you
        | (on the bus|at work|abroad|on holiday) so keep it short | paid my {bill} already btw
        | was happy with {service} so far | cant find it in {app} | got a new {device} too | saw your ad {month}""",
    "contract": """
        (phone|mobile|sim only|prepaid|data|family|unlimited) (contract|plan|deal|tariff|bundle) *3 | deal | sim""",
    "device": "phone | handset | sim card | sim | smartwatch | tablet | hotspot | mobile",
    "service": "(my|the) {line}",
    "line": "signal | mobile data | reception | network | voicemail | 5g | roaming",
    "extra": "data pass | roaming pack | data booster | second sim | music option | phone insurance | top-up",
    "bill": "bill | monthly bill | itemised bill | receipt",
    "place": "the shop | your store | the phone shop | your shop in the mall | the kiosk",
    "app": "the app | your app | my account | the self care app",
    "end": "ditch | cancel | kill | drop | quit",
    "a copy": "a screenshot | a copy | another one",
    "a person": "a human | a real person | somebody real | an actual human",
    "charged": "billed | charged | docked",
    "a refund": "my money back | {amount} back | a refund | my cash",
    "address": "address | postcode | flat",
    "rude": "rude | a joke | useless | rubbish",
    "unhappy": "fed up | mad | so done | annoyed",
    "log in": "log in | get in | get into {app}",
    "password": "password | login | code",
    "broke": "is down | is dead | is gone | keeps dropping",
    "an outage": "an outage | something down | a glitch",
    "parcel": "parcel | order | package",
    "later": "later | after payday | bit by bit | next week",
    "a bigger": "a bigger | a cheaper | a better | some other",
    "got stolen": "got nicked | is gone | is missing | was stolen",
    "block": "lock | freeze | block | kill",
    "abroad": "overseas | on holiday | abroad | across the border",
}
