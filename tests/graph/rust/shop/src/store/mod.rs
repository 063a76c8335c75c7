pub mod clamp;

use self::clamp::clamp as limit;

pub struct Store {
    count: u32,
}

pub fn open(count: u32) -> Store {
    Store::new(count)
}

impl Store {
    pub fn new(count: u32) -> Self {
        Store { count: limit(count) }
    }

    pub fn take(&self, n: u32) -> u32 {
        self.count - n
    }
}
