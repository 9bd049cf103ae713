//! People sign in, mistype, forget passwords and change phones.
use serde_json::json;

use crate::{
    company::{OFFICE, Person},
    record::{Record, Thing},
    week::{MINUTE, Shift, Week},
};

impl Week {
    /// Most are still signed in from the day before; some mistype.
    pub(crate) fn sign_in(&mut self, shift: &Shift<'_>) {
        if !self.happens(0.6) {
            return;
        }
        let mut at = shift.begin - 15 * MINUTE;
        if self.happens(0.01) {
            self.add(mistyped_name(shift), at);
            at += 8_000;
        }
        if self.happens(0.06) {
            for _ in 0..self.rng.u8(1..4) {
                self.add(failed(shift, "login_failed_with_standard_authentication", "STANDARD"), at);
                at += self.rng.i64(4_000..20_000);
            }
        }
        if !has_security_key(shift.person) && self.happens(0.02) {
            self.add(failed(shift, "login_failed_with_otp_authentication", "OTP"), at);
            at += 20_000;
        }
        self.add(signed_in(shift), at);
        // GitLab knows the office and the VPN by now; at home and under way people have another address each time.
        if shift.address != OFFICE && shift.address != shift.person.vpn() {
            let message = "User signed in from an unseen IP address";
            let seen = own(shift.person, "user_signed_in_from_unseen_ip").from(shift.address).saying(message);
            self.add(seen, at + 500);
        }
    }

    /// A new account: the link in the mail sets a password, and a second factor is asked for at once. Gives when that is done.
    pub(crate) fn first_sign_in(&mut self, person: &Person, begin: i64) -> i64 {
        let acts = [
            ("user_password_updated", "Changed password"),
            ("authenticated_with_password", "Signed in with standard authentication"),
            ("user_enable_two_factor", "Enabled two-factor authentication"),
        ];
        let mut at = begin;
        for (event_type, message) in acts {
            at += 2 * MINUTE;
            self.add(own(person, event_type).from(OFFICE).saying(message), at);
        }
        at + 3 * MINUTE
    }

    /// After a holiday: four wrong passwords, a reset, and in. Gives when.
    pub(crate) fn forgotten_password(&mut self, shift: &Shift<'_>) -> i64 {
        let mut at = shift.begin - 30 * MINUTE;
        for _ in 0..4 {
            self.add(failed(shift, "login_failed_with_standard_authentication", "STANDARD"), at);
            at += 15_000;
        }
        let person = shift.person;
        let asked = Record::new(
            "password_reset_requested",
            Thing::new(-1, "Gitlab::Audit::UnauthenticatedAuthor", "An unauthenticated user"),
            Thing::account(person),
            Thing::new(person.id, "User", format!("{}@example.com", person.user_name)),
        );
        self.add(asked.from(shift.address).saying("Ask for password reset"), at + MINUTE);
        let changed = own(person, "user_password_updated").from(shift.address).saying("Changed password");
        self.add(changed, at + 4 * MINUTE);
        self.add(signed_in(shift), at + 5 * MINUTE);
        at + 5 * MINUTE
    }

    /// A new phone: the second factor goes and comes back.
    pub(crate) fn new_phone(&mut self, shift: &Shift<'_>) {
        let at = self.during(shift);
        for (event_type, verb, later) in
            [("user_disable_two_factor", "Disabled", 0), ("user_enable_two_factor", "Enabled", 3 * MINUTE)]
        {
            let message = format!("{verb} two-factor authentication");
            self.add(own(shift.person, event_type).from(shift.address).saying(message), at + later);
        }
    }
}

/// Something somebody does to their own account.
pub(crate) fn own(person: &Person, event_type: &'static str) -> Record {
    Record::new(event_type, Thing::user(person), Thing::account(person), Thing::user(person))
}

/// A third use an app on their phone instead.
fn has_security_key(person: &Person) -> bool {
    person.id % 3 != 0
}

fn signed_in(shift: &Shift<'_>) -> Record {
    let (event_type, method) = if has_security_key(shift.person) {
        ("authenticated_with_webauthn", "webauthn")
    } else {
        ("authenticated_with_two_factor", "two-factor")
    };
    let message = format!("Signed in with {method} authentication");
    own(shift.person, event_type).from(shift.address).saying(message).with(json!({"with": method}))
}

fn failed(shift: &Shift<'_>, event_type: &'static str, method: &str) -> Record {
    let message = format!("Failed to login with {method} authentication");
    own(shift.person, event_type).from(shift.address).saying(message).with(json!({"failed_login": method}))
}

fn mistyped_name(shift: &Shift<'_>) -> Record {
    let typed = Thing::new(-1, "Gitlab::Audit::UnauthenticatedAuthor", shift.person.user_name.replace('.', ""));
    Record::new("login_failed_with_standard_authentication", typed.clone(), Thing::instance(), typed)
        .from(shift.address)
        .saying("Failed to login with STANDARD authentication")
        .with(json!({"failed_login": "STANDARD"}))
}
