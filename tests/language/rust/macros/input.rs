fn one() {
    assert_eq!(open("x").read(1), 2);
    assert!(self.is_open() && file.len() > limit(3), "{}", Disk::name(&file));
    println!("{}", self.files.first(1));
}
