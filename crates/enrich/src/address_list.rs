//! Lists of addresses and networks that change: Tor exits, threat feeds, one's own ranges.

mod error;
mod ranges;
mod read;

pub use error::AddressListError;
pub use ranges::AddressRanges;
pub use read::read_address_list;
