"""The major incident: the wireless network of Clinic North fails, and what came of it."""

from itsm.portal.sample.company import LAKESIDE, NETWORK
from itsm.portal.sample.script import D, H, Story, do, hold, link, merge, note, say, spent, watch
from valuechain.records.vocabulary import Channel

OUTAGE = (
    Story("incident", "Wireless network down in the whole of Clinic North", "fatima",
          "No tablet and no trolley computer has a connection since about half past seven. "
          "We cannot read charts at the bedside.",
          service="Network and Wi-Fi",
          days=6, at="07:41", key="wifi", by="agent", channel=Channel.PHONE, impact=2, urgency=1,
          moves=(
              do(4, "agent", "assign", team=NETWORK),
              do(3, "lead", "declare_major", reason="A whole clinic without charts at the bedside"),
              do(2, "samir", "start"),
              say(6, "samir", "We see the controller of Clinic North restarting over and over. "
                              "An engineer is on the way. Next word from us at 08:30."),
              note(15, "samir", "Controller firmware 8.10.2 panics when the guest list passes "
                                "4,096 entries. Same signature as in spring."),
              say(22, "samir", "We are moving the access points to the spare controller, floor by "
                               "floor. Wards 1 and 3 first."),
              watch(1, "lead", "emil"),
              say(35, "samir", "Wards 1 to 4 are back. Radiology and reception follow."),
              say(20, "fatima", "Ward 1 works again. Thank you!"),
              spent(10, "samir", 110, "Moved 64 access points"),
              do(5, "lead", "stand_down"),
          )),
    Story("incident", "Tablets at the bedside do not connect", "requester",
          "All six tablets on ward 3 say “no internet”.",
          service="Network and Wi-Fi", days=6, at="07:48", key="wifi-ward", impact=3, urgency=1,
          moves=(
              do(9, "ines", "assign", team=NETWORK),
              link(1, "ines", "child_of", "wifi"),
              say(2, "ines", "You are not alone: the wireless network of the whole clinic is down. "
                             "We keep you informed here."),
              do(90, "greta", "resolve", resolution_code="fixed",
                 resolution="Your ward's access points run on the spare controller now."),
              do(60, "requester", "close"),
          )),
    Story("incident", "Ordering medicines by tablet fails", "matteo",
          "The pharmacy list does not load on the trolley.",
          service="Network and Wi-Fi",
          days=6, at="08:02", key="wifi-pharmacy", by="ines", channel=Channel.PHONE,
          impact=3, urgency=2,
          moves=(
              do(4, "ines", "assign", team=NETWORK),
              link(1, "ines", "child_of", "wifi"),
              say(1, "ines", "The wireless network of the whole clinic is down. Order by "
                             "telephone until you hear from us here."),
              do(84, "greta", "resolve", resolution_code="fixed",
                 resolution="The trolley is back on the wireless network."),
          )),
    Story("incident", "No network in radiology", "emil", "The viewer cannot reach the archive.",
          service="Network and Wi-Fi",
          days=6, at="08:05", key="wifi-double", by="jonas", channel=Channel.PHONE,
          impact=3, urgency=1,
          moves=(
              say(3, "emil", "Two patients are waiting for their pictures."),
              merge(5, "jonas", "wifi"),
          )),
    Story("problem", "Wireless controllers restart when the guest list is long", "owner",
          "Twice this year a controller has restarted in a loop and taken a clinic offline.",
          service="Network and Wi-Fi",
          days=6, at="11:30", key="wifi-cause", by="samir", impact=2, urgency=2, team=NETWORK,
          moves=(
              link(1, "samir", "relates_to", "wifi"),
              do(5, "samir", "investigate"),
              note(D, "samir", "Nordlink confirms the defect in 8.10.x. Fixed in 8.10.7."),
              do(2 * H, "samir", "record_known_error",
                 root_cause="Controller firmware 8.10.2 runs out of table space at 4,096 guests.",
                 workaround="Clear expired guests each night; move access points to the spare."),
          )),
    Story("change", "Upgrade the wireless controllers of both clinics to 8.10.7", "owner",
          "Removes the defect behind the outage of Clinic North.",
          service="Network and Wi-Fi",
          days=5, at="09:10", key="wifi-change", by="samir", impact=2, urgency=2, team=NETWORK,
          values={
              "change_type": "normal", "risk": "medium", "has_outage": True,
              "plan": "1. Save both configurations.\n2. Upgrade the spare, then South, then North."
                      "\n3. Move the access points back.",
              "backout_plan": "Start the old image from the second partition (12 minutes).",
              "test_plan": "Roam through ward 1 with a tablet; read a chart on each floor.",
          },
          moves=(
              link(1, "samir", "derived_from", "wifi-cause"),
              do(2, "samir", "request"),
              do(30, "samir", "assess"),
              say(H, "samir", "Nordlink stands by during the window."),
              watch(1, "samir", "supplier"),
              do(2 * H, "samir", "submit_for_authorisation"),
          )),
    Story("incident", "Guest wireless asks for the code again and again", "judith",
          "Visitors in house A have to type the code every ten minutes.",
          service="Network and Wi-Fi",
          days=4, at="14:20", key="guest-code", channel=Channel.EMAIL, impact=3, urgency=3,
          organisation=LAKESIDE,
          moves=(
              do(25, "jonas", "assign", team=NETWORK),
              do(40, "greta", "start"),
              say(10, "greta", "This comes from the nightly clean-up we run until the controllers "
                               "are upgraded. I made your guests' codes last for a day."),
              say(H, "judith", "Better, thank you. We will watch it until the upgrade."),
              hold(5, "greta", "wait_for_change", "The controller upgrade", days=6),
          )),
)  # fmt: skip
