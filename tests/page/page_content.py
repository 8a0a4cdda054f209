"""The tests of the course that the page is tested with."""

DUE = {"opens": "2019-04-01T10:00:00Z", "due": "2031-04-08T21:00:00Z"}


def single(number, text, **more):
    words = ("the first", "the second", "the third")
    return {"questionId": str(number), "question": text, **more,
            "answers": [{"answerId": i, "answerBody": f"{word} option of question {number}"} for i, word in zip("abc", words)]}


def keys(questions, answer="a"):
    return [{"questionId": question["questionId"], "answer": answer} for question in questions]


PLAIN = [single(1, "What is a kernel?"), single(2, "Which process has the number 1?"), single(3, "What does a page fault mean?")]
HOSTILE_TEXT = "What does <b>ls *</b> do?\n\n    $ ls\t*\n    $(reboot) \x1b[31mred <script>alert(1)</script> &amp; \u202egnol"
HOSTILE = [{"questionId": "1", "question": HOSTILE_TEXT,
            "answers": [{"answerId": "a", "answerBody": "<img src=x onerror=alert(1)>"},
                        {"answerId": "b", "answerBody": "{time} ${1+1} `id`\ttab"}]}]

TYPES = [
    {**single(1, "Which is the kernel's own mode?"), "code": "mov eax, cr0\n\tjmp\t$"},
    {**single(2, "Which of these are shells?"), "type": "multiple", "points": 3},
    {"questionId": "3", "question": "A zombie process uses the processor.", "type": "truefalse"},
    {"questionId": "4", "question": "Which program has the number 1?", "type": "text"},
    {"questionId": "5", "question": "How much is π?", "type": "number"},
]
TYPES_KEY = [
    {"questionId": "1", "answer": "a", "feedback": "There is <b>no</b> other."},
    {"questionId": "2", "answer": "a,c"},
    {"questionId": "3", "answer": "false"},
    {"questionId": "4", "answer": "init", "accept": ["systemd"]},
    {"questionId": "5", "answer": "3.14", "tolerance": "0.01"},
]

TESTS = {
    "operating-systems/test01": ({**DUE, "title": "Kernels and boot"}, PLAIN, keys(PLAIN)),
    "operating-systems/hostile": ({**DUE, "title": "<i>Shells</i> & more"}, HOSTILE, keys(HOSTILE)),
    "operating-systems/types": ({**DUE, "title": "Every type", "partial": True, "attempts": 2}, TYPES, TYPES_KEY),
}
