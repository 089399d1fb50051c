"""Words that the names of a synthetic archive are made of: written for it, meant to name nobody."""

from __future__ import annotations


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(each.split()) for each in text.split("|"))


ROOTS = _list(
    """
    Alder | Amberline | Arcwell | Ashgrove | Baywater | Beltane | Birchfall | Bluefen | Boreal | Bramwick |
    Brightmoor | Calder | Candela | Cedarholt | Cinderpeak | Clearmere | Cobaltine | Copperhead | Cranmore |
    Dalewood | Deltawave | Driftstone | Dunmore | Eastlight | Elmstead | Emberlyn | Fairmont | Falconridge |
    Fenwick | Fernhollow | Flintlock | Foxglove | Gablestone | Glenhaven | Goldcrest | Granitehill | Greyfriars |
    Halcyonic | Harrowgate | Hawkmoor | Hazelbrook | Highfield | Hollowell | Ironbark | Ivoryton | Junipero |
    Kelpstone | Kestrelle | Kingsmere | Lakeforge | Larkspur | Limewood | Lodestar | Longmeadow | Lumenara |
    Maplecross | Marlowe | Meridianne | Millrace | Moonvale | Mossbank | Nettleton | Northquay | Oakhurst |
    Obsidia | Orchardson | Osprey | Paxworth | Pemberline | Pinecroft | Quarrystone | Quillfeather | Ravensden |
    Redfern | Ridgewell | Rosemark | Rowanberry | Saltmarsh | Sandpiper | Seabrook | Silverbirch | Skylarke |
    Springfall | Stonegate | Summerlin | Tamarisk | Thistledown | Thornbury | Tidewell | Umberline | Valeford |
    Verdantia | Violetta | Wexmoor | Whitecliff | Willowmere | Windrush | Yarrowby | Zephyrine
    """
)
TAILS = _list(
    """
    Bancorp | Bancshares, Inc. | Biosciences, Inc. | Therapeutics, Inc. | Pharmaceuticals Inc | Energy Corp |
    Resources Ltd | Holdings, Inc. | Software, Inc. | Technologies Inc. | Robotics Corp. | Semiconductor Corp |
    Networks, Inc. | Logistics Group, Inc. | Foods Co | Brands Inc. | & Sons Co | Realty Trust, Inc. | Properties
    REIT | Capital Corp. | Insurance Group Ltd. | Medical Devices Inc | Genomics, Inc. | Motors Co | Aerospace
    Corp /DE/ | Mining Corp. | Water Utilities Inc | Airlines Holdings, Inc. | Media Group plc | Acquisition Corp.
    II | Industries Inc | Oil & Gas Co. | Electric Power Co | Entertainment, Inc. | Diagnostics, Inc. | Home
    Stores, Inc. | Société Holdings S.A. | Maschinenbau AG
    """
)
SURNAMES = _list(
    """
    Abernathy | Ackroyd | Adeyemi | Albrecht | Ambrose | Appleyard | Aranda | Ashworth | Baptiste | Barlow |
    Beaumont | Bergqvist | Blackwood | Bouchard | Brandt | Bridger | Calloway | Castellan | Chaudhary | Chevalier
    | Colquhoun | Corrigan | Cavanaugh | Dalgaard | Davenport | Delacroix | Dunleavy | Eastman | Ellingsen |
    Espinoza | Fairbairn | Farquhar | Fitzwilliam | Fontaine | Gallagher | Garibaldi | Goldfarb | Greenhalgh |
    Hallworth | Hargreaves | Haverford | Holloway | Iwasaki | Jankowski | Kapoor | Kilbride | Kovalenko | Lachance
    | Lindqvist | Lockhart | MacAlister | Mbeki | McTavish | Merriweather | Montague | Nakashima | Nightingale |
    Norwood | O'Rourke | Okonkwo | Oyelaran | Pemberton | Petrov | Prendergast | Quigley | Radcliffe | Rasmussen |
    Rosenthal | Sandoval | Schumacher | Sinclair | St. Clair | Steinberg | Takahashi | Thackeray | Underhill | Van
    der Meer | Vandenberg | Villanueva | Wainwright | Weatherby | Whitcombe | Winterbourne | Yamamoto | Zielinski
    """
)
FOREIGN_SURNAMES = _list(
    """
    Müller | Núñez | Côté | Söderberg | Brûlé | Ibáñez | Løvstad | Gonçalves
    """
)
GIVEN = _list(
    """
    Adelaide | Alastair | Amara | Anton | Beatrice | Benedict | Bridget | Callum | Cecily | Clement | Constance |
    Cyrus | Daphne | Desmond | Edith | Elias | Esther | Felix | Fiona | Gareth | Gwendolyn | Harriet | Hector |
    Imogen | Isidore | Jasper | Josephine | Julian | Katarina | Lionel | Lucinda | Magnus | Marguerite | Nadia |
    Nathaniel | Octavia | Oscar | Penelope | Philippa | Quentin | Ramona | Rufus | Sabine | Silas | Tabitha |
    Theodore | Ursula | Vincent | Winifred | Xavier | Yvette | Zachary
    """
)
FUNDS = _list(
    """
    Harborlight Capital Partners | Ninefold Ventures | Stillwater Opportunity Fund | Greyhound Growth Equity |
    Tallgrass Special Situations | Kittiwake Biotech Investors | Oldcastle Value Partners | Sablewood Master Fund
    """
)
