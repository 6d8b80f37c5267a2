"""The beginning of a work supervision by clicking: from the request until the last signature under the contract."""

from typing import ClassVar

from tests.pages.case_plays import RAILI, SupervisedPlay
from tests.pages.supervision_words import WORDS

LEENA = "Leena Lahtinen"
SANNA, OLLI, MARKO = "Sanna Salo", "Olli Oja", "Marko Mäkelä"
MAPPED_AT, MAPPED_UNTIL = "2027-01-25 13:00", "2027-01-25 14:30"


class SupervisionBegun(SupervisedPlay):
    """The people of the supervision, who read its pages in its own words, and its days until all have signed."""

    roles: ClassVar = {SANNA: "supervisee", OLLI: "supervisee", MARKO: "manager"}
    said, leading = WORDS, MARKO  # the first of those who take part

    def meets_house(self) -> None:
        """The orderer and the supervisor have their offices; what is marked is for some of them alone."""
        self.meets_supervisor()
        taking_part = {"Raili", "Sanna", "Olli", "Marko"}
        self.told_to = {"KANARIA-W1": {"Leena", "Raili"}}
        self.told_to |= dict.fromkeys(("KANARIA-W2", "KANARIA-W3", "KANARIA-W4"), taking_part)
        self.house.person(LEENA, office="hr", language=str(self.language))

    def request(self) -> None:
        """The employer asks for supervision: need, and no names; then it is ordered and the supervisor is chosen."""
        self.at("2027-01-11 09:00")
        self.orders_of(RAILI)

    def ties(self) -> None:
        """The supervisor declares that she has no ties, and adds and invites who takes part; each accepts her."""
        self.at("2027-01-18 09:00")
        raili = self.comes("Raili")
        raili.clicks("link", self.number)  # nobody takes part yet
        self.declares_no_ties(raili)
        for name, role in self.roles.items():
            self.adds(raili, name, role)
        self.invites(raili, *self.roles)
        self.accepts_supervisor(*self.roles)

    def mapping(self) -> None:
        """They meet once; the supervisor writes down form and parties, and each says whether to go on."""
        raili = self.is_mapped(self.leads(), MAPPED_AT, MAPPED_UNTIL)
        raili.follows("guard.form-chosen")
        raili.chooses("supervision-form.work-community", self.t("asks.choose-form.form"))
        raili.chooses("supervision-kind.work-community", self.t("asks.choose-form.kind"))
        raili.chooses("shape.with-manager", self.t("field.shape"))
        raili.writes("field.cap", "7")
        raili.presses("act.choose-form")
        self.wants_to_go_on(*self.roles)

    def frame(self) -> None:
        """Frame and confidentiality are agreed: each reads what it means and is bound to it."""
        raili = self.leads()
        self.moves(raili, "draw-up-contract")
        self.writes_frame(raili, sessions=3, starts_on="2027-02-22")
        self.are_bound(raili, *self.roles)

    def contract(self) -> None:
        """The goals are written down and the contract goes out; all sign it, the supervisor first."""
        self.at("2027-02-01 09:00")
        self.writes_contract(self.leads())
        self.at("2027-02-02 09:00")
        self.sign(*self.roles)
