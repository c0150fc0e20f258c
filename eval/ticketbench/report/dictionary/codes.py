"""Every code of a finding, explained: what it means and what to do, whatever the case at hand.

A new check needs its entry here; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Code(NamedTuple):
    """A finding in general: what is seen, why it matters, and what helps."""

    title: str
    meaning: str
    action: str


CODES: Mapping[str, Code] = MappingProxyType(
    {
        "TB101": Code(
            "the same text carries different labels",
            "One text stands in the dataset more than once, each time with another label. At "
            "least one of them is wrong, so no rubric set can be right on all of them.",
            "Decide on one label each. Where both fit, list them in the column all_labels.",
        ),
        "TB102": Code(
            "blanks around an id, text or label",
            "They are kept and sent as they stand. A label with a blank at its end is another "
            "label than the one without.",
            "Trim them in the file, unless they are meant.",
        ),
        "TB103": Code(
            "labels that differ only in spelling",
            "By case, blanks, `_`, `-` or Unicode form. They look like one label and count as "
            "several, and each ticket under the other spelling counts as wrong.",
            "Write one label in one way.",
        ),
        "TB104": Code(
            "one label, or none",
            "All tickets have the same label, or none fits any. What is always so cannot show "
            "whether rubrics tell labels apart.",
            "Add tickets of the other labels.",
        ),
        "TB105": Code(
            "a single ticket",
            "One answer says nothing about the next hundred.",
            "Label at least a few hundred tickets before deciding anything.",
        ),
        "TB106": Code(
            "labels with fewer than 20 tickets",
            "What is said of such a label rests on a handful of tickets: its intervals are wide, "
            "and so is that of macro-F1, which counts it as much as a frequent one.",
            "Label more tickets of these.",
        ),
        "TB107": Code(
            "all_labels leave out the ticket's own label",
            "The column says which labels fit, and the label itself is not among them. It is "
            "counted as fitting either way.",
            "Add it to all_labels.",
        ),
        "TB108": Code(
            "tickets say little beside a text that many share",
            "Tickets alike in their text are counted as one group, so that a copy is no second "
            "witness. A footer or form that would tie more than 5 % of all tickets is left out of "
            "this; where hardly anything else stands, only equal texts are tied. Intervals may be "
            "too narrow.",
            "Name a column of customers or threads: `dataset: {columns: {group: ...}}`.",
        ),
        "TB109": Code(
            "line ends inside texts were read as line feeds",
            "Windows writes two characters at the end of a line. As one of them the text is the "
            "same question on every system, and stored answers are found.",
            "Nothing. `*.csv *.jsonl text eol=lf` in .gitattributes keeps the files alike.",
        ),
        "TB110": Code(
            "how the table was read",
            "Something was done before the tickets were judged: rows chosen or left out, labels "
            "renamed, columns joined, ids made, a delimiter taken from the file.",
            "Nothing, if that is meant. The keys of `dataset` in the config decide it.",
        ),
        "TB111": Code(
            "entries of the map of labels that match no row",
            "The map renames labels that the file does not have. It may be of an older export, or "
            "the name is spelled in another way there, and those rows keep their old label.",
            "Write the old name as it stands in the file, or take the entry out.",
        ),
        "TB112": Code(
            "all splits are judged",
            "The table has a column of splits, such as train and test, and tickets of all of them "
            "count. Texts that rubrics were written or tuned on flatter the result.",
            "Judge one: `dataset: {where: {split: test}}`.",
        ),
        "TB115": Code(
            "texts hold HTML markup",
            "Tags, styles and the names of elements are words to a model, and to the search for "
            "near-duplicates: what the customer wrote is a small part of what is judged.",
            "`ticketbench data import FILE -o OUT.csv --html auto`, with `--cut-quotes` where "
            "replies are quoted as well, writes the words alone.",
        ),
        "TB116": Code(
            "texts hold a quoted reply",
            "Below the customer's words stands the mail that they answer, often your own agents'. "
            "A model reads it as if the customer had asked for it.",
            "`ticketbench data import FILE -o OUT.csv --cut-quotes` keeps the customer's words.",
        ),
        "TB117": Code(
            "texts end in the same lines as others",
            "Three or more equal lines at the end of several texts are a signature or a legal "
            "notice. They say who wrote, not what about, and make different tickets look alike.",
            "`ticketbench data import FILE -o OUT.csv --cut-signatures` cuts signatures below a "
            "closing; cut other endings where the file is made.",
        ),
        "TB120": Code(
            "people who labelled these tickets did not all agree",
            "Two or more people labelled the same tickets, and on some of them they said different "
            "things. No set of rubrics can agree with both, so an accuracy near the share on which "
            "they agree is about as good as it gets. It is a way to read accuracies, and no limit "
            "that any formula uses.",
            "Read the tickets in the disagreements file, and agree on what the labels mean.",
        ),
        "TB121": Code(
            "a rubric set with many labels",
            "Scores are shares of one whole: every further label takes some from the others, and "
            "the top one rarely passes a threshold.",
            "Four to six well-defined labels work best; merge those that one team gets anyway.",
        ),
        "TB122": Code(
            "the same question for several labels",
            "Their scores can only tie, so one of them never wins by itself.",
            "Rewrite the questions, or merge the labels.",
        ),
        "TB123": Code(
            "labels of a rubric set that differ only in spelling",
            "By case, blanks, `_`, `-` or Unicode form. They look like one label and are asked as "
            "several.",
            "Rename or merge them.",
        ),
        "TB124": Code(
            "a rubric that is no question",
            'A rubric is answered with yes or no. A phrase such as "about bugs" leaves open what '
            "is asked, and models answer it in different ways.",
            'Ask: "Is the customer asking about ...?", "Does the customer report ...?".',
        ),
        "TB125": Code(
            "a rubric that says next to nothing",
            'Apart from the words of the question it holds one word or none, such as "a problem": '
            "nearly every ticket fits. English rubrics alone are looked at.",
            "List what belongs to the label: three to eight things that customers write about.",
        ),
        "TB126": Code(
            "two rubrics that ask in the same words",
            "They share 30 % or more of the content words of the shorter one. Left out are words "
            "that over half of the rubrics hold, and what a rubric says to belong elsewhere.",
            "Say in each what belongs to the other, or join them.",
        ),
        "TB127": Code(
            "a rubric that names another label",
            "It names it in quotes, as a team or category, or as what it is about. Tickets of the "
            "other label fit this question as well.",
            "Say what belongs to it in words of its own.",
        ),
        "TB128": Code(
            "two questions in one rubric",
            "A ticket that fits one of them gets a score for both, and nobody can tell which.",
            "Ask one: a list of what belongs here, joined by `or`.",
        ),
        "TB129": Code(
            "a rubric that says what it is not",
            "It negates what another label is called. Good sets do so, too; but many models read "
            "over a negation, and then the words draw the tickets that they should keep away.",
            "Where the two are mixed up, list what belongs here.",
        ),
        "TB130": Code(
            "no label for the rest",
            "Scores are shares of one whole, so a ticket that fits none still has a highest one. "
            "A threshold sends most of them to people; a label such as `other` takes some away.",
            "Nothing, where a threshold does it. Else add a label for the rest.",
        ),
        "TB131": Code(
            "one rubric is far longer than the others",
            "It has more than four times the signs of the median one. A long list catches more "
            "tickets than a short question.",
            "Write the questions alike.",
        ),
        "TB132": Code(
            "more than ten labels",
            "Four to six are told apart best. With more, even good questions share their tickets, "
            "and the highest score rarely passes a threshold.",
            "Join labels that one team gets anyway.",
        ),
        "TB133": Code(
            "a set that some endpoints cannot take",
            "An endpoint may have at most so many labels (26 where a model answers with a letter, "
            "255 where it chooses among options) or so many bytes a question.",
            "Look up the limits of your endpoint before you ask it.",
        ),
        "TB134": Code(
            "an ignored code that is never found",
            "A comment `# ticketbench: ignore ...` or an entry of `lint: {ignore: ...}` hides "
            "nothing: what it was for is mended, or it is misspelt. Left alone, it would hide the "
            "next one.",
            "Take it out.",
        ),
        "TB202": Code(
            "labels that never have the highest score",
            "No ticket goes to them, so every ticket of theirs is wrong, and how often they are "
            "right is not defined. Often the question is too narrow.",
            "Widen their rubrics, or drop the labels.",
        ),
        "TB204": Code(
            "labels in the dataset without a rubric in this set",
            "Nobody asks about them, so each of their tickets is counted as wrong.",
            "Add the rubrics, or compare on the labels that both sets have.",
        ),
        "TB205": Code(
            "scores with few decimals",
            "Many tickets tie, and a temperature fitted on such scores is biased.",
            "Ask the endpoint for more digits.",
        ),
        "TB206": Code(
            "few tickets for the calibration error",
            "With so few even perfect scores show an error: about 0.08 at 200 tickets.",
            "Compare calibration errors only between sets on the same tickets.",
        ),
        "TB207": Code(
            "rubric sets with different numbers of labels",
            "A score is a share among the labels, so 0.60 of four is not 0.60 of eight.",
            "Compare them where both let as many tickets out, or as few out wrong.",
        ),
        "TB208": Code(
            "few groups of tickets",
            "Tickets of one customer are alike. A few customers, or one with most of the tickets,"
            " say little about the others, however many tickets they wrote.",
            "Add tickets of other customers; more of the same do not narrow the intervals.",
        ),
        "TB209": Code(
            "scores that do not sum to 1",
            "They are rounded by whoever sent them, or small ones were left empty and are read as "
            "0. They are kept as they came, never changed so that they sum to 1.",
            "Nothing.",
        ),
        "TB210": Code(
            "tickets with a tie at the top",
            "Two labels share the highest score. The ticket goes to the one that comes first in "
            "the rubric set, as it would with the endpoint.",
            "Ask the endpoint for more digits, or make the rubrics more specific.",
        ),
        "TB211": Code(
            "tickets of large groups are right more, or less, often",
            "Customers who write much, or texts that come again and again, are not like the "
            "others, so a share over tickets and one over groups differ by more than 3 points.",
            "Look at the groups with the most tickets. A promised threshold counts both ways.",
        ),
        "TB212": Code(
            "only part of each answer is known",
            "The table holds the top label of a ticket, or that and its score, and not the score "
            "of every label. What needs more is a dash, and nothing is escalated.",
            "Export the score of every label.",
        ),
        "TB213": Code(
            "two columns contradict each other",
            "The column top_label says another label than the scores of the row do. The scores are "
            "judged; the accuracy by the column stands beside theirs.",
            "Find out which of the two the system goes by, and leave the other out.",
        ),
        "TB214": Code(
            "tickets with unequal numbers of answers",
            "Some tickets were asked more often than others, so they weigh more in every figure.",
            "Ask each equally often, or leave out repeats that are not whole.",
        ),
        "TB215": Code(
            "counted in parts",
            "The dataset lies in parts, which are counted one after the other and never held in "
            "memory together. What needs single tickets, or scores finer than 10^-5, is a dash.",
            "Put the tickets into one file where these are wanted and there is room for it.",
        ),
        "TB301": Code(
            "the endpoint changed while or before a run went on",
            "Questions that had an answer were asked again and got other scores. These results "
            "mix two models.",
            "Ask everything again: `--mode refresh`. A recording is read first, so export it anew.",
        ),
        "TB302": Code(
            "a refresh was not finished",
            "Some answers are newer than others, and may be those of another model.",
            "Finish it: `--mode refresh` asks only for what is left.",
        ),
        "TB303": Code(
            "a recording of version 1",
            "Its checksums cover the answers alone, not which question they belong to.",
            "`ticketbench cache export CONFIG` writes version 2.",
        ),
        "TB304": Code(
            "the recording is not there",
            "The config names a file of stored answers that is missing, so each answer has to be "
            "asked for, or is missing in CI.",
            "Commit it, or make it: `ticketbench cache export CONFIG` after a run.",
        ),
        "TB305": Code(
            "accuracy has slid since the pin",
            "Every change was small enough to pass. Together they cost more than is allowed.",
            "Take changes back, or accept it: `ticketbench baseline pin CONFIG`.",
        ),
        "TB306": Code(
            "the same tickets have judged many changes",
            "Who tries often enough finds a change that looks good on these tickets by luck, so "
            "their verdicts grow too kind.",
            "Judge fresh tickets, then `ticketbench baseline pin CONFIG`.",
        ),
        "TB307": Code(
            "a rubric set is not what was blessed",
            "The baseline was made of this set with other questions. What is measured as today is "
            "the set as it stands now, so the page cannot show what the edit broke.",
            "`ticketbench gate CONFIG` judges it against what was blessed; an edit as a set of its "
            "own, beside the one that runs, is compared on the page.",
        ),
        "TB308": Code(
            "another model than the recording's",
            "The service says that another model answered now. Thresholds and promises were made "
            "for the one before.",
            "Compare the two sets of answers, then record anew.",
        ),
        "TB309": Code(
            "several models gave the answers of one set",
            "Figures over two models describe neither.",
            "Ask everything again, `--mode refresh`, with a name in the URL that says the version.",
        ),
        "TB310": Code(
            "texts that were cut",
            "The service says that it judged a part of these texts alone, and not which part.",
            "Shorten long texts before they are asked about, or ask a service that takes them.",
        ),
        "TB311": Code(
            "a prompt that does not suit the model",
            "Half of the answers give the letters of the options together less than half of the "
            "first token, so the scores are shares of a small rest.",
            "Take a model that follows instructions, or a service of another shape.",
        ),
        "TB312": Code(
            "a model's name that moves on",
            "The name stands for whichever version is the newest, so the same question may get "
            "another answer tomorrow.",
            "Write the name with its version into the URL, where the service has one.",
        ),
        "TB313": Code(
            "a batch that came back other than it was sent",
            "Lines of its output name no question that was asked, or the service counted another "
            "number of lines. They are left out, and no ticket gets the answer of another.",
            "Ask some of its questions again, one by one: `ticketbench cache recheck CONFIG`.",
        ),
        "TB314": Code(
            "a rubric set that no gate looks at",
            "The gates of the config are on other sets and compare with others, so they stay green "
            "whatever is edited in this one.",
            "Write `on: SET` at a gate, with its name, or take the set out of the config.",
        ),
        "TB401": Code(
            "no ticket texts are shown",
            "The config does not say whether they may be, so none are: what customers write is "
            "theirs.",
            "Write `report: {texts: masked}`, or `full` or `none`.",
        ),
        "TB402": Code(
            "which texts are shown, in words of before",
            "`true` and `false` are read as `full` and `none` in this release, and refused in the"
            " next.",
            "Write `masked`, `full` or `none`.",
        ),
    }
)
"""Every code, in their order."""
