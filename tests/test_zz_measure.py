import time
from tests.cases import case_in
from tests.houses import House
def test_x(house: House):
    for ph in ("preparation","opening","solutions","follow-up","follow-up"):
        t=time.time(); c=case_in(house, ph); print(ph, round(time.time()-t,2))
