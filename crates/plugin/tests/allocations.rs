//! A rule that does not match costs no allocation: Falco asks for a field of each event for each rule.
//!
//! The library is linked in here, not loaded, so that this program's allocator counts for both.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "host/linked.rs"]
mod linked;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use self::linked::LinkedHost;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn no_match_costs_no_allocation() {
    let mut host =
        LinkedHost::new(include_str!("../../audit-event/tests/samples/constructed/git_push_19x_flagged.json"));
    let [event_type, author, country, details] =
        ["gitlab.event_type", "gitlab.author_id", "gitlab.country", "gitlab.details"].map(|name| host.field(name));

    let mut allocations_of_rules = || {
        host.next_event();
        let before = COUNT.get();
        for _ in 0..25 {
            assert_eq!(host.extract(event_type, None), Some(c"repository_git_operation"));
            assert_eq!(host.extract(author, None), Some(c"7"));
            assert_eq!(host.extract(country, None), None);
            assert_eq!(host.extract(details, Some(c"target_type")), Some(c"Project"));
        }
        COUNT.get() - before
    };

    allocations_of_rules();
    allocations_of_rules();
    assert_eq!(allocations_of_rules(), 0, "the buffers of the first events serve all later ones");
}
