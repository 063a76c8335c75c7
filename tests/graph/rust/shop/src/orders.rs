use crate::store::{self, Store};

pub fn send(store: &Store) {
    store.take(1);
    store::clamp::clamp(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sends() {
        send(&store::open(1));
    }
}
