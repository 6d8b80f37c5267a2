"""All tables, one file per noun: data and derived facts, no acts."""

from mediation.store.models.agreements import (
    AgreedText,
    Agreement,
    AgreementText,
    Breach,
    CheckIn,
    CheckInAnswer,
    Commitment,
    CommitmentOwner,
    CommitmentText,
    CopyCode,
    Notice,
    Signature,
    StoredFile,
    Understanding,
)
from mediation.store.models.base import (
    Base,
    CaseRow,
    Row,
    encrypted_words,
    get,
    get_bytes,
    get_later,
    is_gone,
    put,
    put_bytes,
    remaining,
    words_of,
)
from mediation.store.models.cases import (
    AddressChange,
    AttendanceBasis,
    Case,
    Declaration,
    InterpreterService,
    Mark,
    Meeting,
    Order,
    Participant,
    QuietTime,
    RoleHeld,
    Suspension,
)
from mediation.store.models.goals import GoalRating, GoalSpread
from mediation.store.models.hours import BilledSession, CountedHours, HoursTold, LeadersHours, TimeEntry
from mediation.store.models.inquiries import Inquiry
from mediation.store.models.people import Office, Organisation, Person, ReferralDraft, Token
from mediation.store.models.series import OfferedTime, Series, TimeChoice
from mediation.store.models.sign_in import (
    Authenticator,
    CalendarFeed,
    Challenge,
    Link,
    Pace,
    RoomSignIn,
    SignInSession,
    SuspendedWay,
    WrongCodes,
)
from mediation.store.models.statistics import PublishedStatistics, UnpublishedFact
from mediation.store.models.traces import Certificate, HighWater, Hold, IdempotencyKey, Letter, ReadTrace, RecordEntry
from mediation.store.models.words import (
    Complaint,
    Concern,
    Draft,
    Issue,
    Needs,
    Note,
    Option,
    ProblemStatement,
    ProblemText,
    Referral,
    SafeguardNote,
    Screening,
    ScreeningAnswer,
    Statement,
)
