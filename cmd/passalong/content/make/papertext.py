"""The words of the white paper. ~ stands for a no-break space."""

EN = {
    "title": "The share you cannot see",
    "cover": "The share<br>you cannot see",
    "lead": "Most of what people pass on, they pass on in private. A short paper on how to read it without reading anybody’s messages.",
    "by": "Passalong · public domain",
    "pages": [
        ("Out of sight", "The counter looks the other way", [
            "A friend sends you a song. There is no comment under it, no heart, no number. Just a line, “this one is for you”, and a link. You listen because of who sent it.",
            "That is how most things travel. In 2016 RadiumOne, which watched the habits of 940~million people, put the part of sharing that happens in private channels (messages, texts, e‑mail) at 84~per cent worldwide, up from 69 a year and a half before.",
            ("84", ["84 shares in private", "16 in public"], "Out of 100 shares. RadiumOne, 2016."),
            "Public counters see the other sixteen. The rest arrives as “direct” traffic, as though all these people had typed a long address by heart. So budgets follow what can be counted: the post, the like, the view on a platform. What people trust most is measured least.",
            "It need not be. A private message has something that a public post lacks: one sender, one reader, one moment. If the link itself is made for that one hand-over, it can be counted exactly. And it can be counted without knowing a single name.",
        ]),
        ("A story", "Four days, from hand to hand", [
            "When Oxmo Puccino released the clip of “Social Club”, it was on no platform. For four days it went by private message only: WhatsApp, Messenger, Snapchat, Instagram. Whoever wanted to see it had to know somebody who had.",
            "About 5,000 views came of it. That is not a large number, and yet it is a rare one. It was, as the people behind it said, easy to measure, “because every share is a view”. Nobody scrolled past it. Nobody was shown it by a machine. Each view was somebody thinking of somebody.",
            "<aside>Nowhere else. Only passed on.</aside>",
            "Then the clip became public, like any other. But the first five thousand had not merely seen it. They had received it, and many had given it.",
            ("chain", ["the artist", "Ana", "Bo", "Cy", "Each line is one message, one link, one person."], "A chain. Everybody on it knows the one before."),
            "Setting this up took an agency days of work: addresses by the dozen, lists, a page, a counter. It is a good idea that deserves to be cheap.",
        ]),
        ("How it is counted", "Every view has a parent", [
            "The rule is simple. A link is made for one person and opens once, for them. Whoever comes in gets links of their own to pass on, a fresh one for each friend. So each view knows which view it came from, and the whole campaign is a forest: the first recipients are its roots, and everybody else grows from somebody.",
            "Three habits keep that count honest.",
            "<p><b>A preview is not a person.</b> Messaging apps fetch a link before anybody has read the message, to draw its card. Mail gateways open it to look for harm. None of that counts. What counts is a tap: the button that starts the clip is also what makes the view theirs.</p>",
            "<p><b>A link opened is not a clip watched.</b> Sent, opened, claimed, watched, passed on: five numbers, kept apart. A campaign that loses people between the first and the second has a different problem from one that loses them between the fourth and the fifth.</p>",
            "<p><b>Nobody is locked out by accident.</b> The same person opens the link in an app, then again in a browser. Somebody copies it to a second friend. A few such copies are let in and counted as what they are. A figure is only honest when it says what it is made of: so many people by a link of their own, so many by a copied one.</p>",
            "What comes out is something public networks can’t offer even to themselves: not how many times a thing was displayed, but who carried it, by which road, and how far.",
        ]),
        ("What chains look like", "Most people pass on nothing", [
            "Measured on real share trees, 1.28~million people on a public network, the picture is always the same. More than four in five pass on nothing. One in nine passes on once. Very few carry very much: in the median tree, the top one per cent brought 31~per cent of everybody who came.",
            ("bars", [("passed on to nobody", 83.7, "83.7%"), ("to one person", 11.1, "11.1%"), ("to ten or more", .39, "0.39%")], "Public repost trees, 3,387 of them. A private campaign differs in size, seldom in shape."),
            "This is not failure, it is arithmetic. If each person brings 0.4 others on average, ten seeds become nearly seventeen people, and the seven were free. The useful question is not “is it viral?”, but which hand-over to make easier.",
            "And not too soon. Early on, most people have not had the time to share yet. A live count taken after one hour shows less than half of what the same people will do; corrected for that, it is close to the truth from the start.",
            ("live", ["corrected for time", "counted live", "what they did in the end", ["1 h", "2 h", "6 h", "24 h"]], "People brought per person, as seen after one hour and later."),
        ]),
        ("How to begin", "Reading chains, not people", [
            "To measure a gift is not to spy on the giver. The forest needs numbers drawn at random, and nothing else: no name, no telephone, no address. Whoever passed it on learns that their link was opened, never what their friend watched. Groups smaller than five are not reported at all. And a person who asks to be forgotten is: the branch stays, the person does not.",
            "<ol><li><b>Choose ten people, not ten thousand.</b> Those who would send it anyway. A chain is as good as its first hand.</li>"
            "<li><b>Give them a reason to be first.</b> Nowhere else, and only for a few days. Rarity is the message.</li>"
            "<li><b>Make passing on one tap.</b> At the moment the clip ends, with the words already written and easy to change.</li>"
            "<li><b>Leave enough shares.</b> Too few kills a campaign silently: nobody complains about the message they couldn’t send.</li>"
            "<li><b>Say what is counted.</b> One plain sentence, before the tap. People pass on what they trust.</li>"
            "<li><b>Then open the doors.</b> When the days are over, let the links lead to the public address. The first ones will have been there.</li></ol>",
            "<p class=\"colophon\">Sources: RadiumOne, 2016 (private sharing); repost trees of a public network, our own measurement (branching, live counts), with definitions after Goel, Anderson, Hofman and Watts, “The structural virality of online diffusion”, 2016. Text and figures are dedicated to the public domain (CC0). Set in Outfit and Source Serif.</p>",
        ]),
    ],
}

FR = {
    "title": "Le partage invisible",
    "cover": "Le partage<br>invisible",
    "lead": "Ce que nous faisons passer, nous le faisons surtout passer en privé. Quelques pages pour apprendre à le lire, sans lire les messages de personne.",
    "by": "Passalong · domaine public",
    "pages": [
        ("Hors champ", "Le compteur regarde ailleurs", [
            "Un ami vous envoie un morceau. Pas de commentaire dessous, pas de cœur, pas de chiffre. Juste une ligne, «~celui-là est pour toi~», et un lien. Vous écoutez à cause de celui qui l’envoie.",
            "C’est ainsi que voyagent la plupart des choses. En 2016, RadiumOne, qui observait les usages de 940~millions de personnes, estimait à 84~% la part des partages qui passent par des voies privées (messageries, SMS, e‑mail) dans le monde, contre 69~% un an et demi plus tôt.",
            ("84", ["84 partages en privé", "16 en public"], "Sur 100 partages. RadiumOne, 2016."),
            "Les compteurs publics voient les seize autres. Le reste arrive comme du trafic «~direct~», comme si tous ces gens avaient tapé par cœur une longue adresse. Les budgets suivent donc ce qui se compte~: la publication, le «~j’aime~», la vue sur une plateforme. Ce à quoi l’on fait le plus confiance est ce que l’on mesure le moins.",
            "Ce n’est pas une fatalité. Un message privé a ce qui manque à une publication~: une personne qui l’envoie, une personne qui le lit, un instant. Si le lien lui-même est fait pour ce passage-là, il se compte exactement. Et il se compte sans connaître un seul nom.",
        ]),
        ("Une histoire", "Quatre jours, de main en main", [
            "Quand Oxmo Puccino a sorti le clip de «~Social Club~», on ne le trouvait sur aucune plateforme. Pendant quatre jours, il n’a circulé que par message privé~: WhatsApp, Messenger, Snapchat, Instagram. Pour le voir, il fallait connaître quelqu’un qui l’avait vu.",
            "Il en est venu environ 5~000 vues. Ce n’est pas un grand nombre, et pourtant il est rare. C’était, disaient ceux qui l’ont fait, facile à mesurer, «~parce que chaque partage est une vue~». Personne n’est passé devant sans s’arrêter. Aucune machine ne l’a montré à personne. Chaque vue, c’était quelqu’un qui pensait à quelqu’un.",
            "<aside>Nulle part ailleurs. Seulement de main en main.</aside>",
            "Puis le clip est devenu public, comme les autres. Mais les cinq mille premiers ne l’avaient pas seulement vu. Ils l’avaient reçu, et beaucoup l’avaient donné.",
            ("chain", ["l’artiste", "Ana", "Bo", "Cy", "Chaque trait~: un message, un lien, une personne."], "Une chaîne. Chacun y connaît celui d’avant."),
            "Il avait fallu à une agence des jours de préparation. C’est une bonne idée, qui mérite de coûter moins cher.",
        ]),
        ("Comment l’on compte", "Chaque vue a un parent", [
            "La règle est simple. Un lien est fait pour une personne et s’ouvre une fois, pour elle. Quiconque entre reçoit des liens à son tour, un neuf pour chaque ami. Chaque vue sait donc de quelle vue elle vient, et la campagne entière est une forêt~: les premiers destinataires en sont les racines, et tous les autres poussent sur quelqu’un.",
            "Trois habitudes gardent ce compte honnête.",
            "<p><b>Un aperçu n’est pas une personne.</b> Les messageries ouvrent un lien avant que quiconque ait lu le message, pour en dessiner la vignette. Les passerelles de courrier l’ouvrent pour y chercher du mal. Rien de cela ne compte. Ce qui compte, c’est un geste~: le bouton qui lance le clip est aussi celui qui rend la vue sienne.</p>",
            "<p><b>Un lien ouvert n’est pas un clip regardé.</b> Envoyé, ouvert, activé, regardé, passé~: cinq nombres, tenus séparés. Une campagne qui perd les gens entre le premier et le deuxième n’a pas le même problème que celle qui les perd entre le quatrième et le cinquième.</p>",
            "<p><b>Personne ne reste dehors par accident.</b> La même personne ouvre le lien dans une appli, puis dans un navigateur. Une autre le recopie pour un second ami. Quelques copies sont admises, et comptées pour ce qu’elles sont. Un chiffre n’est honnête que s’il dit de quoi il est fait~: tant de personnes par un lien à elles, tant par un lien recopié.</p>",
            "Il en sort ce que les réseaux publics ne savent pas eux-mêmes~: non pas combien de fois une chose fut affichée, mais qui l’a portée, par quel chemin, et jusqu’où.",
        ]),
        ("À quoi ressemblent les chaînes", "La plupart ne passent rien", [
            "Mesurée sur de vrais arbres de partage, 1,28~million de personnes sur un réseau public, l’image est toujours la même. Plus de quatre personnes sur cinq ne passent rien. Une sur neuf passe une fois. Très peu portent beaucoup~: dans l’arbre médian, un pour cent des gens a amené 31~% de tous les autres.",
            ("bars", [("n’ont passé à personne", 83.7, "83,7~%"), ("à une personne", 11.1, "11,1~%"), ("à dix ou plus", .39, "0,39~%")], "3~387 arbres publics. Une campagne privée diffère par la taille, rarement par la forme."),
            "Ce n’est pas un échec, c’est de l’arithmétique. Si chacun amène en moyenne 0,4 personne, dix premiers liens en font presque dix-sept, et les sept étaient offertes. La bonne question n’est pas «~est-ce viral~?~», mais quel passage rendre plus facile.",
            "Et pas trop tôt. Au début, la plupart n’ont pas encore eu le temps de partager. Compté en direct après une heure, on voit moins de la moitié de ce que les mêmes feront~; corrigé de cela, on est près du vrai dès le départ.",
            ("live", ["corrigé du temps", "compté en direct", "ce qu’ils ont fait à la fin", ["1 h", "2 h", "6 h", "24 h"]], "Personnes amenées par personne, vues après une heure et plus tard."),
        ]),
        ("Pour commencer", "Lire les chaînes, pas les gens", [
            "Mesurer un cadeau, ce n’est pas espionner celui qui donne. La forêt n’a besoin que de numéros tirés au hasard~: ni nom, ni téléphone, ni adresse. Qui a fait passer apprend que son lien fut ouvert, jamais ce que son ami a regardé. Les groupes de moins de cinq n’apparaissent pas. Et qui demande l’oubli l’obtient~: la branche reste, la personne s’efface.",
            "<ol><li><b>Choisissez dix personnes, pas dix mille.</b> Celles qui l’enverraient de toute façon. Une chaîne vaut sa première main.</li>"
            "<li><b>Donnez-leur une raison d’être premières.</b> Nulle part ailleurs, et pour quelques jours. La rareté est le message.</li>"
            "<li><b>Faites passer d’un seul geste.</b> Au moment où le clip finit, les mots déjà écrits et faciles à changer.</li>"
            "<li><b>Laissez assez de partages.</b> Trop peu tue une campagne en silence~: nul ne se plaint du message qu’il n’a pas pu envoyer.</li>"
            "<li><b>Dites ce qui est compté.</b> Une phrase claire, avant le geste. On fait passer ce en quoi l’on a confiance.</li>"
            "<li><b>Puis ouvrez les portes.</b> Les jours passés, que les liens mènent à l’adresse publique. Les premiers y auront été.</li></ol>",
            "<p class=\"colophon\">Sources~: RadiumOne, 2016 (partage privé)~; arbres de partage d’un réseau public, mesure faite pour ce projet (ramification, comptes en direct), d’après les définitions de Goel, Anderson, Hofman et Watts, «~The structural virality of online diffusion~», 2016. Texte et figures versés au domaine public (CC0). Composé en Outfit et Source Serif.</p>",
        ]),
    ],
}


def thin(v, gap):
    if isinstance(v, str):
        return v.replace("~", gap)
    if isinstance(v, (list, tuple)):
        return type(v)(thin(x, gap) for x in v)
    if isinstance(v, dict):
        return {k: thin(x, gap) for k, x in v.items()}
    return v


EN, FR = thin(EN, "\u00a0"), thin(FR, "\u202f")
