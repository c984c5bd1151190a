"""The drug catalogue against the ATC index (list of 2026-04-25, read in a public copy), and what is recognised."""

import pytest

from leadline.casebook.drugs import DRUG_CLASSES, catalogue, group_in_words, recognise, suggest

# class: substance code (former or further codes). Typed from the ATC index; classes are the project's.
BY_CLASS = """
nsaid: ibuprofen M01AE01; naproxen M01AE02; diclofenac M01AB05; indometacin M01AB01; meloxicam M01AC06;
 piroxicam M01AC01; celecoxib M01AH01; etoricoxib M01AH05; tolmetin M01AB03; acetylsalicylic acid N02BA01
glucocorticoid: prednisone H02AB07; prednisolone H02AB06; methylprednisolone H02AB04; dexamethasone H02AB02;
 betamethasone H02AB01; hydrocortisone H02AB09; triamcinolone H02AB08; deflazacort H02AB13; cortisone H02AB10
csdmard: methotrexate L04AX03 L01BA01; leflunomide L04AK01 L04AA13; sulfasalazine A07EC01; azathioprine L04AX01;
 mycophenolic acid L04AA06; ciclosporin L04AD01; tacrolimus L04AD02; voclosporin L04AD03; thalidomide L04AX02;
 colchicine M04AC01; dapsone J04BA02
antimalarial: hydroxychloroquine P01BA02; chloroquine P01BA01
cytotoxic: cyclophosphamide L01AA01; etoposide L01CB01
bdmard_tnf: etanercept L04AB01; infliximab L04AB02; adalimumab L04AB04; certolizumab pegol L04AB05; golimumab L04AB06
bdmard_il1: anakinra L04AC03; canakinumab L04AC08; rilonacept L04AC04
bdmard_il6: tocilizumab L04AC07; sarilumab L04AC14
bdmard_il17_il23: secukinumab L04AC10; ixekizumab L04AC13; ustekinumab L04AC05; guselkumab L04AC16;
 risankizumab L04AC18
bdmard_tcell: abatacept L04AA24
bdmard_bcell: rituximab L01FA01 L01XC02; obinutuzumab L01FA03 L01XC15; ofatumumab L01FA02 L04AG12 L01XC10;
 belimumab L04AG04 L04AA26
bdmard_ifn: anifrolumab L04AG11; emapalumab L04AG09 L04AA39
bdmard_complement: eculizumab L04AJ01 L04AA25
tsdmard_jak: tofacitinib L04AF01 L04AA29; baricitinib L04AF02 L04AA37; upadacitinib L04AF03 L04AA44;
 filgotinib L04AF04 L04AA45; ruxolitinib L01EJ01; deucravacitinib L04AF07
tsdmard_other: apremilast L04AA32; sirolimus L04AH01 L04AA10
ivig: immunoglobulin iv J06BA02; immunoglobulin sc J06BA01
vasoactive: nifedipine C08CA05; bosentan C02KX01; ambrisentan C02KX02; sildenafil G04BE03; iloprost B01AC11
renal_protective: enalapril C09AA02; losartan C09CA01
supportive: folic acid B03BB01; mesna V03AF01; paracetamol N02BE01; chlorphenamine R06AB04; diphenhydramine R06AA02;
 cetirizine R06AE07; clemastine R06AA04
cell_product: darvadstrocel L04AX08
"""


def rows():
    for line in BY_CLASS.replace("\n ", " ").strip().splitlines():
        class_id, _, drugs = line.partition(":")
        for drug in drugs.split(";"):
            words = drug.split()
            codes = [word for word in words if len(word) == 7 and word[1:3].isdigit()]
            yield class_id, " ".join(word for word in words if word not in codes), codes


ROWS = list(rows())


@pytest.mark.parametrize(("class_id", "substance", "codes"), ROWS, ids=[row[1] for row in ROWS])
def test_a_substance_is_known_by_its_name_and_by_each_of_its_codes(class_id, substance, codes):
    by_name = recognise(substance)
    assert by_name is not None
    assert (by_name.substance, by_name.class_id, by_name.atc) == (substance, class_id, codes[0])
    assert [recognise("", code) for code in codes] == [by_name] * len(codes)
    assert recognise(substance, codes[-1].lower()) == by_name


def test_the_catalogue_holds_these_and_aspirin_against_clotting_the_cells_and_three_groups():
    listed = {substance for _, substance, _ in ROWS}
    assert {drug.substance for drug in catalogue()} - listed == {
        "acetylsalicylic acid (antiplatelet)",
        "mesenchymal stromal cells",
        "glucocorticoid (not named)",
        "TNF inhibitor (not named)",
        "JAK inhibitor (not named)",
    }


@pytest.mark.parametrize(
    ("written", "substance"),
    [
        ("Humira", "adalimumab"),
        ("HUMIRA 40 mg sc eow", "adalimumab"),
        ("adalimumab (Humira) 40mg q2w", "adalimumab"),
        ("adalimumab-atto", "adalimumab"),
        ("infliximab-dyyb 6 mg/kg i.v.", "infliximab"),
        ("etanercept-szzs", "etanercept"),
        ("Enbrel", "etanercept"),
        ("Actemra", "tocilizumab"),
        ("RoActemra 162 mg", "tocilizumab"),
        ("Kineret", "anakinra"),
        ("Ilaris", "canakinumab"),
        ("Orencia", "abatacept"),
        ("MabThera", "rituximab"),
        ("Rituxan", "rituximab"),
        ("Benlysta", "belimumab"),
        ("Saphnelo", "anifrolumab"),
        ("CellCept", "mycophenolic acid"),
        ("mycophenolate mofetil 1500 mg/d", "mycophenolic acid"),
        ("MMF", "mycophenolic acid"),
        ("Imuran", "azathioprine"),
        ("Plaquenil", "hydroxychloroquine"),
        ("HCQ 200 mg daily", "hydroxychloroquine"),
        ("Xeljanz", "tofacitinib"),
        ("Olumiant", "baricitinib"),
        ("Rinvoq", "upadacitinib"),
        ("Cosentyx", "secukinumab"),
        ("Stelara", "ustekinumab"),
        ("Remicade", "infliximab"),
        ("Simponi", "golimumab"),
        ("Cimzia", "certolizumab pegol"),
        ("Medrol", "methylprednisolone"),
        ("Solu-Medrol 1 g IV pulse", "methylprednisolone"),
        ("methylprednisolone sodium succinate", "methylprednisolone"),
        ("Arava", "leflunomide"),
        ("Endoxan", "cyclophosphamide"),
        ("indomethacin", "indometacin"),
        ("cyclosporine", "ciclosporin"),
        ("cyclosporin A", "ciclosporin"),
        ("acetaminophen", "paracetamol"),
        ("sulphasalazine", "sulfasalazine"),
        ("methotrexate 15 mg/wk sc", "methotrexate"),
        ("MTX 10mg/m² weekly", "methotrexate"),
        ("Méthotrexate", "methotrexate"),
        ("Methotrexat", "methotrexate"),
        ("metotrexato", "methotrexate"),
        ("prednison", "prednisone"),
        ("Prednisolon 5 mg p.o.", "prednisolone"),
        ("hidroxicloroquina", "hydroxychloroquine"),
        ("triamcinolone hexacetonide 20 mg intra-articular", "triamcinolone"),
        ("IVIG 2 g/kg", "immunoglobulin iv"),
        ("low-dose aspirin", "acetylsalicylic acid (antiplatelet)"),
        ("MSC 2x10^6/kg", "mesenchymal stromal cells"),
    ],
)
def test_a_drug_is_recognised_as_charts_write_it(written, substance):
    drug = recognise(written)
    assert drug is not None
    assert drug.substance == substance


@pytest.mark.parametrize(
    "written",
    [
        "",
        "methotrex",
        "metothrexate",  # a misspelling is asked about, not corrected
        "adalimumb",
        "inhaled steroids",
        "anabolic steroid",
        "biologic",
        "ofatumuab",
        "hydrocortisone cream",  # not the systemic course that the code stands for
        "prednisolone eye drops",
        "no methotrexate",
        "methotrexate placebo",
        "methotrexate + folic acid",
        "etanercept, then adalimumab",
        "5-ASA",
        "turmeric",
        "15 mg weekly",
    ],
)
def test_what_is_not_exactly_a_drug_of_the_catalogue_is_unknown(written):
    assert recognise(written) is None


def test_a_name_and_a_code_of_different_substances_name_no_drug():
    assert recognise("adalimumab", "L04AB01") is None
    assert recognise("prednisolone", "S01BA04") is None  # eye drops: not a code of the systemic use


def test_a_code_stands_for_a_text_that_is_unknown():
    drug = recognise("the weekly injection", "L04AX03")
    assert drug is not None
    assert drug.substance == "methotrexate"


def test_a_group_named_without_a_substance_has_its_class():
    drug = recognise("intra-articular steroids")
    assert drug is not None
    assert (drug.substance, drug.class_id) == ("glucocorticoid (not named)", "glucocorticoid")
    assert recognise("steroids", "H02AB07") == recognise("prednisone", "H02AB") == recognise("prednisone")
    assert recognise("steroids", "L04AB01") is None


def test_aspirin_against_clotting_is_no_nsaid_course():
    against_pain, against_clotting = recognise("aspirin", "N02BA01"), recognise("aspirin", "B01AC06")
    assert against_pain is not None
    assert against_clotting is not None
    assert (against_pain.class_id, against_clotting.class_id) == ("nsaid", "supportive")


def test_two_drugs_against_tnf_are_one_mechanism_and_a_biosimilar_is_its_original():
    def class_of(written):
        drug = recognise(written)
        return drug and drug.class_id

    assert class_of("Humira") == class_of("Enbrel") == "bdmard_tnf"
    assert recognise("Amgevita") == recognise("Humira")
    assert class_of("tocilizumab") != class_of("anakinra")


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("metothrexate 15 mg", "methotrexate"),
        ("adalimumb", "adalimumab"),
        ("Humria", "adalimumab"),
        ("hydroxychloroqine", "hydroxychloroquine"),
        ("turmeric", ""),
        ("", ""),
    ],
)
def test_an_unknown_name_is_asked_about_by_the_nearest_known_one(written, nearest):
    assert suggest(written) == nearest


def test_conventional_treatment_is_what_a_child_off_medication_takes_none_of():
    # verdicts 3, off_medication: glucocorticoid, csDMARD, antimalarial, biologic, JAK inhibitor, cytotoxic, IVIG
    assert {class_id for class_id, drug_class in DRUG_CLASSES.items() if not drug_class.conventional} == {
        "nsaid",
        "vasoactive",
        "renal_protective",
        "supportive",
        "cell_product",
    }
    assert {class_id for class_id, drug_class in DRUG_CLASSES.items() if drug_class.biologic} == {
        "bdmard_tnf",
        "bdmard_il1",
        "bdmard_il6",
        "bdmard_il17_il23",
        "bdmard_tcell",
        "bdmard_bcell",
        "bdmard_ifn",
        "bdmard_complement",
    }


def test_every_drug_has_a_class_and_no_name_or_code_stands_for_two():
    names = [name.casefold() for drug in catalogue() for name in (drug.substance, *drug.names)]
    codes = [code for drug in catalogue() for code in drug.codes]
    assert sorted(names) == sorted(set(names))
    assert sorted(codes) == sorted(set(codes))
    assert all(drug.class_id in DRUG_CLASSES for drug in catalogue())


@pytest.mark.parametrize("drug", catalogue(), ids=lambda drug: drug.substance)
def test_every_name_of_the_catalogue_leads_to_its_own_substance(drug):
    assert {recognise(name) for name in (drug.substance, *drug.names)} == {drug}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("non-biologic DMARDs, several, not named", "non-biologic DMARDs, several, not named"),
        ("Biologic  DMARD", "Biologic DMARD"),
        ("DMARDs from Dr Smith", ""),
        ("Anna's biologic", ""),
        ("study drug 17", ""),
        ("- ,", ""),
        ("", ""),
    ],
)
def test_words_that_can_only_name_a_group_are_shown_and_no_others(text, shown):
    assert group_in_words(text) == shown
    assert recognise(text) is None
