pub struct Err;

impl Err {
    type Err = Err;

    fn make() -> Err {
        struct Err;
        impl Err {
            fn inner() { let x = Vec::new(); }
        }
        let y = Vec::new();
        Err::inner();
    }
}
