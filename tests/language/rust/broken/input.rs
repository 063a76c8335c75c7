fn before() -> u32 { after() }

fn broken( {

struct Half {
    a: u32,

fn after() -> u32 { before( }
