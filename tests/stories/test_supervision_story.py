"""The story of a work supervision, told through HTTP on both databases."""

import re
from collections.abc import Sequence

import httpx
import pytest
from lxml import html

from api.http.languages import LANGUAGE_COOKIE
from demo import supervision
from demo import supervision_words as words
from mediation.case import record
from mediation.sealing.verification import verify_sealed
from mediation.words.catalogue import LANGUAGES
from tests.houses import House
from tests.stories.test_smooth_story import stage_in


@pytest.mark.seconds
def test_a_work_community_is_supervised_for_a_year(house: House) -> None:
    stage = stage_in(house, [])
    number = supervision.play(stage)
    with house.installation.database.reading() as db:
        case_id = db.connection().exec_driver_sql(f"select id from cases where number = '{number}'").scalar_one()
        assert record.verify(db, case_id).holds
    raili, leena = stage.actors["työnohjaaja"], stage.actors["tilaaja"]
    contract = raili.get(f"/api/cases/{number}/agreement")
    assert contract["version"] == 2
    [sealed] = [one for one in contract["documents"] if one["kind"] == "sealed"]
    content = raili.fetch(f"/api/cases/{number}/documents/{sealed['id']}")
    assert verify_sealed(content, house.installation.seal_key.certificate_pem).ok
    assert leena.get(f"/api/cases/{number}/summary")["settled"]["words"] == {"fi": [words.SUMMARY]}
    changed = raili.get(f"/api/cases/{number}/agreement/differences")
    assert {one["change"] for one in changed["commitments"]} == {"unchanged"}
    assert leena.get(f"/api/cases/{number}/budget")["cancelled_late"] == 1
    assert raili.get("/api/me/hours")["minutes"] == 15 * 90
    goals = raili.get(f"/api/cases/{number}/goals")
    places = [one["lineage"] for one in goals["goals"]]
    for one in goals["rounds"]:
        assert [each["lineage"] for each in one["spreads"]] == places


# Words of a mediation alone. A contract has parties too; and it says what supervision is not, and what checks its file.
MEDIATED = re.compile(r"sovittel|osapuol|\bmedla|medling|mediat|\bpart(y|ies)\b", re.IGNORECASE)
MEANT = re.compile(
    r"(sopimuksen|kunkin) osapuol|terapiaa, sovittelua|terapi, medling|therapy, mediation|mediation verify|[”“]mediation[”“]"
    r"|part(y|ies) (to|of) (the|this|a) contract",
    re.IGNORECASE,
)


def walked(client: httpx.Client, start: str) -> dict[str, str]:
    """The words of every page that links lead to from a page, by address; each opens."""
    waiting, words = [start], dict[str, str]()
    while waiting:
        here = waiting.pop()
        answer = client.get(here, headers={"Accept": "text/html"})
        assert answer.status_code == 200, (here, answer.status_code, answer.text[:300])
        read = html.fromstring(answer.text)
        words[here] = " ".join(read.xpath("string(//main)").split())
        links = {one.get("href", "").partition("#")[0] for one in read.xpath("//main//a")}
        ours = {one for one in links if one.startswith(("/cases/", "/statuses/"))} - words.keys() - {*waiting}
        waiting += sorted(one for one in ours if not re.search(r"/pdf|/papers/draft-", one))
    return words


def said_of_mediation(text: str) -> list[str]:
    """Where words of mediation stand in a text, with those around them."""
    left = MEANT.sub("", text)
    return [left[max(0, one.start() - 50) : one.end() + 20] for one in MEDIATED.finditer(left)]


@pytest.mark.seconds
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("steps", [supervision.SENT, supervision.ALL], ids=["sent", "ended"])
def test_every_page_of_a_supervision_opens_and_says_nothing_of_mediation(
    sqlite_house: House, steps: Sequence[supervision.Step], language: str
) -> None:
    stage = stage_in(sqlite_house, [])
    story = supervision.SupervisionStory(stage)
    for step in steps:
        step(story)
    for name, start in (
        *((one, f"/cases/{story.number}") for one in ("työnohjaaja", "Sanna", "Marko")),
        ("tilaaja", f"/statuses/{story.number}"),
    ):
        client = stage.actors[name].client
        client.cookies.set(LANGUAGE_COOKIE, language)
        words = walked(client, start)
        assert len(words) > (3 if name == "tilaaja" else 12)
        if name == "tilaaja":
            assert {f"/cases/{story.number}/shares"} < words.keys()
            assert (f"/cases/{story.number}/summary" in words) is (steps is supervision.ALL)
        said = {here: said_of_mediation(text) for here, text in words.items()}
        assert {here: those for here, those in said.items() if those} == {}, name
