"""What a file of a bill card is: the State Duma's own slots (`data-formdatafield`) and, failing them, the clerk's label.

Labels are typed by hand and sometimes wrong ("к третьему чтению" on the text for the second reading), so a known slot always
decides. Slots were counted over fifteen genuine cards of 1997-2024; a slot belongs to exactly one step in all of them.
"""

from __future__ import annotations

import re
from typing import Final

from tracker.models import Role

EDITION_ORDER: Final[tuple[str, ...]] = (
    "introduced",
    "revised",
    "first-reading-committee",
    "first-reading",
    "second-reading-committee",
    "second-reading-amended",
    "second-reading",
    "third-reading-committee",
    "adopted",
)
"""The texts of a bill in the order of the procedure."""

_EDITIONS: Final = {
    "7CEF4FCB-C185-4DFA-834F-DC9466108658": "introduced",  # 1.1
    "0C7B6EFC-C79A-432E-A8CF-C9997C6E45FE": "revised",  # 1.3
    "F8B258A0-0A47-4012-8578-63A0E230F0B2": "first-reading-committee",  # 3.1
    "4649B7AB-7B2A-4BF5-B2F5-322181D5ED89": "first-reading",  # 3.3
    "0942E50B-7DC7-477B-BC35-7565F92CD616": "second-reading-committee",  # 4.1
    "7B00CE16-3EFD-4012-98B6-EA658C0FD068": "second-reading-amended",  # 4.1
    "0A531D03-E589-418F-A2DB-645F9B9FD5B8": "second-reading",  # 4.3
    "2655FF6A-8DE3-4FC6-91CD-5AF29823A811": "third-reading-committee",  # 5.1
    "C29D498E-8210-480F-9046-E4A27683736F": "adopted",  # 4.3
    "9B94D39C-D0A0-42DD-A387-EFD23ED9C014": "adopted",  # 5.3
}

# Slots of other files. Left to the label are those that hold anything ("Иной документ": 554EFA09, D463C512, F3F89BC5) and
# incoming letters registered in 1.3 (9E37F012, AB03E3A8), whose labels are bare file names.
_ROLES: Final = {
    "8A96D1B0-E2C3-481A-B7C6-3E6077E3CB01": Role.SCAN,  # 1.1
    "2BB65FB1-32E8-4B9B-ABDA-560A504DB989": Role.NOTE,  # 1.1
    "625BFC7C-0B6D-4145-AA5C-4375F208F60E": Role.NOTE,  # 1.3
    "7185724E-45FF-4E2B-AAD3-F6790BEDB0A9": Role.FINANCE,  # 1.1
    "FEEFEE2B-0F5A-497D-98FA-686FC922BD4B": Role.FINANCE,  # 1.3
    "6C1241AB-6BB5-48EB-80AC-922D1E5541D9": Role.AMENDMENTS,  # 4.1
    "3446EFCE-A0E4-4760-816F-3B7D7A7A508E": Role.AMENDMENTS,  # 4.1
    "452AC954-51F1-41D7-9600-3FBD98D62F51": Role.AMENDMENTS,  # 5.1
    "FB39EFC4-F8C4-459E-9ADA-90FCC6445A4C": Role.CONCLUSION,  # 1.1, of the Government
    "2ED530A9-1AEC-4109-B79B-9DA357E39205": Role.CONCLUSION,  # 2.1, legal department on art. 104 of the Constitution
    "B7CEF783-A839-47D1-A8B2-5A80334B1972": Role.CONCLUSION,  # 2.1
    "A64D7CDA-0EB4-4E0D-9A01-E0FFC1AE5771": Role.CONCLUSION,  # 3.1, responsible committee
    "12A97BBA-4C5F-4889-A1FF-2842F93596BB": Role.CONCLUSION,  # 3.1, co-executing committee
    "30A66B71-6956-427F-9149-89EB32B4202F": Role.CONCLUSION,  # 3.1, another committee
    "C2A262D7-7BFB-49E7-8B7F-A6D378A9D603": Role.CONCLUSION,  # 3.1, legal department, by reading
    "8A8F04D9-B81E-4F25-B746-DFE2EC4156A3": Role.CONCLUSION,  # 4.1
    "5710B3EA-43F1-4A36-8811-BC3810C546B4": Role.CONCLUSION,  # 5.1
    "D4E21BAE-7193-4FFD-BD69-5DD9B2D53E27": Role.CONCLUSION,  # 6.2, committees of the Federation Council
    "E26A4141-C0D8-4B78-A14D-AE8E92D10ADE": Role.CONCLUSION,  # 6.2
    "A94F6444-FD18-4635-A8A9-95C5375DD009": Role.CONCLUSION,  # 6.2
    "0137E5E1-36F7-4F17-8E7F-E19B6D49738A": Role.OPINION,  # 1.1, of the Government
    "ABA1F866-DB63-4FE0-8922-B3A7A0B583F1": Role.OPINION,  # 1.3
    "5ACA0440-B09D-47B5-9094-CAB8265B4AEE": Role.OPINION,  # 3.1
    "704E1E86-71A4-4D14-AC62-D1E8CDF3A1AB": Role.DECISION,  # 1.1, of the body that introduces the bill
    "20CCFC72-F09A-4938-B54F-AB865F93B6B5": Role.DECISION,  # 1.3
    "E53011D3-FD12-422C-96CD-3E0A505E925E": Role.DECISION,  # 2.1, of committees
    "565E188B-9405-4D29-9A2D-F01A21226D03": Role.DECISION,  # 3.1
    "CF363C1A-03D6-48F0-BDE2-943F177E75C0": Role.DECISION,  # 4.1
    "E0A5A89C-A41D-4482-85C6-155A9001F2B5": Role.DECISION,  # 5.1
    "8570EE6D-456E-44B1-A300-A8E076A3AD10": Role.DECISION,  # 2.1, drafts for the Council of the Duma
    "F02FBB7C-C11A-481A-982D-FFFDE71E69CB": Role.DECISION,  # 3.1
    "702EFDC0-BC7E-475D-875C-4C6480F2F2FC": Role.DECISION,  # 4.1
    "EFB170FA-FE15-4EB8-AD21-17B662C604D4": Role.DECISION,  # 5.1
    "4BED33D4-4FA5-4FFD-A9CB-D7D171E28DC2": Role.DECISION,  # 3.1, drafts for the Duma
    "0ACFB8E9-F610-4B13-BF0D-EB4FE5585C01": Role.DECISION,  # 4.1
    "321C6065-0554-410E-BF7A-46643113A786": Role.DECISION,  # 5.1
    "A19E48EB-D7BD-4486-8D0B-98666C09499A": Role.DECISION,  # 3.3, resolutions of the Duma
    "E515D3CB-8135-41D2-AA1D-9C3106AE5269": Role.DECISION,  # 3.3
    "A1CAF721-9002-45BB-A481-F54CA24E47F1": Role.DECISION,  # 4.3
    "606E80F9-6C53-49CF-B87A-4FE05C598BB0": Role.DECISION,  # 5.3
    "80B36D25-B11F-455E-9551-F4F69EB2FA72": Role.DECISION,  # 6.3, resolution of the Federation Council
    "4D9DB4F8-A59A-416A-ACB8-A3FAD8B9BDF1": Role.LETTER,  # 1.1
    "ECB5FBDB-289C-454A-B4E1-56DA3D97DDA4": Role.LETTER,  # 2.1
    "4A902943-9C3D-4576-8425-59B24829A60A": Role.LETTER,  # 3.1
    "DE562913-7D40-43FE-A754-E30A610B830F": Role.LETTER,  # 4.1
    "236CDD35-A2F3-40D1-996F-62EDBCF68AA7": Role.LETTER,  # 5.1
    "5CC6978E-94B5-4CB7-8844-5424AC6A802A": Role.OTHER,  # 1.1, lists of acts to be repealed or amended
    "BC0FEF8C-899B-4F34-8897-9B017B9B5E25": Role.OTHER,  # 1.1
    "B6E5AFE6-0254-4F2D-A4F3-A5460A291CC8": Role.OTHER,  # 1.1
    "ADA3673B-9BB5-4287-999C-481C9664858F": Role.OTHER,  # 1.1
    "D577BA8B-47F4-4BDB-AD7D-F20A9E0FD429": Role.OTHER,  # 1.3
}

_TEXT_LABEL: Final = re.compile(r"текст\s+(?:\S+\s+)?(?:законопроекта|проекта|закона)\b", re.IGNORECASE)
_ADOPTED_LABEL: Final = re.compile(r"\bзакона\b.*направля|принятого\s+закона|закона,\s+принятого", re.IGNORECASE)

# The first rule that matches a label decides. Wordings of the cards; "проект постановления" before "постановление".
_LABEL_ROLES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), role)
    for pattern, role in (
        (r"пакет документов", Role.SCAN),
        (r"пояснительная записка", Role.NOTE),
        (r"финансово-экономическое обоснование", Role.FINANCE),
        (r"таблиц[аы] поправок|поправки\b", Role.AMENDMENTS),
        (r"(?:сопроводительное )?письмо", Role.LETTER),
        (r"заключение|ответ правового управления|на соответствие стат", Role.CONCLUSION),
        (r"(?:официальный )?отзыв", Role.OPINION),
        (r"проект (?:постановления|решения)|постановление|решение|выписка", Role.DECISION),
    )
)

# (step, word that the label must hold) -> edition, in the order of asking.
_LABEL_EDITIONS: Final = (
    ("1.1", "", "introduced"),
    ("1.3", "редакци", "revised"),
    ("1.3", "изменен", "revised"),
    ("3.1", "перв", "first-reading-committee"),
    ("3.3", "перв", "first-reading"),
    ("4.1", "поправ", "second-reading-amended"),
    ("4.1", "втор", "second-reading-committee"),
    ("4.1", "перв", "second-reading-committee"),  # the text passed in the first reading, as it goes into the second
    ("4.3", "втор", "second-reading"),
    ("5.1", "трет", "third-reading-committee"),
    ("5.1", "втор", "third-reading-committee"),  # clerks copy the label of the second reading
)


def classify(step: str, slot: str | None, label: str) -> tuple[Role, str | None]:
    """The role of a file and, for a text of the bill, its edition; None for a text whose reading nothing names."""
    place = (slot or "").upper()
    if place in _EDITIONS:
        return Role.BILL_TEXT, _EDITIONS[place]
    if place in _ROLES:
        return _ROLES[place], None
    if _TEXT_LABEL.match(label):
        return Role.BILL_TEXT, _edition_by_label(step, label)
    return next((role for pattern, role in _LABEL_ROLES if pattern.match(label)), Role.OTHER), None


def _edition_by_label(step: str, label: str) -> str | None:
    if step in {"4.3", "5.3"} and _ADOPTED_LABEL.search(label):
        return "adopted"
    lowered = label.lower()
    return next((name for at, word, name in _LABEL_EDITIONS if at == step and word in lowered), None)
