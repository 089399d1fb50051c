from .lake import Lake as Lake
from .lake import open_lake as open_lake
from .parsers import NotAnOwnershipFiling as NotAnOwnershipFiling
from .parsers import parse_submission as parse_submission
from .storage import LakeDamaged as LakeDamaged
from .storage import LakeError as LakeError
from .storage import LakeMissing as LakeMissing
from .storage import LakeUnreachable as LakeUnreachable
from .tables import DerivativeHolding as DerivativeHolding
from .tables import DerivativeTransaction as DerivativeTransaction
from .tables import Filing as Filing
from .tables import Footnote as Footnote
from .tables import NonDerivativeHolding as NonDerivativeHolding
from .tables import NonDerivativeTransaction as NonDerivativeTransaction
from .tables import ParseIssue as ParseIssue
from .tables import ReportingOwner as ReportingOwner
from .tables import Signature as Signature

__version__: str
