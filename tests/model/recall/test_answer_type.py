"""A question for a person is not answered by a number, and so on; what is not plain is let be."""

import pytest

from sleepdoc_model.recall.answer_type import fits

RIGHT = [
    ("What happens if it sinks?", "The lease ends automatically."),
    ("How do I keep the file?", "-k --keep"),
    ("How do I keep the file?", "use the -k flag"),
    ("How can one keep the file?", "You can press Enter."),
    ("How can I get to the mill?", "by going along the river"),
    ("How do you open it?", "with a key"),
    ("Who built the mill?", "Ada Byron"),
    ("Who built the mill?", "The mill was built by Ada Byron in 1998."),
    ("Who stood at the door?", "a giant with seven heads"),
    ("Who lives in the south-west?", "wild people"),
    ("By whom was it sung?", "Mr. Robson"),
    ("Whose house was it?", "his uncle's"),
    ("Who pays?", "李白"),
    ("Who named the disease?", "WHO"),
    ("On what day of the month was it?", "22"),
    ("Where is Leeds, Utah?", "US"),
    ("When was it built?", "in 1998"),
    ("When was it built?", "4 March 2010"),
    ("When did the ship sail?", "at noon"),
    ("When did he come back?", "after the war"),
    ("When is it celebrated?", "Every 1 June"),
    ("When does it open?", "8:30"),
    ("When was Rome founded?", "753 BC"),
    ("In what year was it?", "1870"),
    ("Which year was it?", "the year 44 BC"),
    ("On what date did the terms take effect?", "November 16, 2020"),
    ("On which day does it close?", "on Sundays"),
    ("How many keepers were there?", "three"),
    ("How many keepers were there?", "about 1,200"),
    ("How many keepers were there in 1990?", "12 in 1990"),
    ("How many of them came?", "none of them"),
    ("What is the height of the tower?", "2.25 metres"),
    ("How high can the fine be?", "up to a $500,000"),
    ("How much does it cost?", "nothing"),
    ("How much does it cost?", "$12"),
    ("How long must it be kept?", "until it is paid"),
    ("For how long was it shut?", "a year"),
    ("How old was she?", "thirty-two"),
    ("How often is it read?", "twice a day"),
    ("Where is the mill?", "at Leeds"),
    ("Where was it built in 1998?", "at 12 Mill Lane"),
    ("Which municipality does it belong to?", "KwaZulu-Natal"),
    ("How did the keeper die?", "struck by a mast on 4 March 2010"),
    ("Why was the mill shut?", "a fire in 1998"),
]
WRONG = [
    ("What happens if it sinks?", "automatically"),
    ("How do I keep the file?", "The check occurs on decompression."),
    ("How do I keep the file?", "revocation"),
    ("How can we open it?", "It is a well-known problem."),
    ("Who built the mill?", "1998"),
    ("Who built the mill?", "in May 1998"),
    ("Who built the mill?", "angry"),
    ("Who built the mill?", "Yes"),
    ("And by whom was it built?", "forty-two"),
    ("When was it built?", "Ada Byron"),
    ("When was it built?", "1,350 euros"),
    ("When was it built?", "40"),
    ("When was it built?", "at Leeds"),
    ("In what year was it?", "Leeds"),
    ("On what date did it happen?", "Leeds"),
    ("How many countries use it?", "Arabic"),
    ("How many keepers were there?", "in 1998"),
    ("How many keepers were there?", "on 4 March 2010"),
    ("What is the population of the town?", "Leeds"),
    ("How much does it cost?", "the keeper"),
    ("How long was it shut?", "the mill"),
    ("How old was she?", "Ada"),
    ("Within how many months must it be built?", "soon"),
    ("Where is the mill?", "1998"),
    ("Where is the mill?", "in 1998"),
    ("Which country won?", "twelve"),
    ("How did the keeper die?", "on 4 March 2010"),
    ("Why was the mill shut?", "in 1998"),
]
NOT_PLAIN = [
    ("How do fish breathe?", "They have gills."),
    ("How did I lose?", "It was dark."),
    ("When the king died, what was built?", "a mill"),
    ("What time zone is used?", "UTC"),
    ("Which date format is used?", "ISO"),
    ("How far did he go?", "to the gate"),
    ("How did he feel?", "angry"),
    ("What is kept where nobody looks?", "1998"),
    ("What is the name of the novel?", "1984"),
    ("What happened?", "40"),
    ("Wer baute die Mühle?", "1998"),
    ("", ""),
]


@pytest.mark.parametrize(("question", "answer"), RIGHT)
def test_an_answer_of_the_type_asked_for(question: str, answer: str) -> None:
    assert fits(answer, question)


@pytest.mark.parametrize(("question", "answer"), WRONG)
def test_an_answer_of_another_type(question: str, answer: str) -> None:
    assert not fits(answer, question)


@pytest.mark.parametrize(("question", "answer"), NOT_PLAIN)
def test_where_the_type_is_not_plain_anything_will_do(question: str, answer: str) -> None:
    assert fits(answer, question)


def test_nothing_is_no_answer_to_a_plain_question() -> None:
    assert not fits("", "Who?")
