<?php
final class UserTest extends TestCase {
    public function testSaves(): void { $this->assertTrue(saved()); }
    public function testify() {}
    #[Test] public function works() {}
    #[DataProvider('rows'), \PHPUnit\Framework\Attributes\Test] function marked() {}
    /** @test */
    public function old() {}
    public function rows() {}
}
class Connection { public function testConnection() {} }
test('adds', function () { expect(add(1))->toBe(1); });
it("does", fn() => go());
