<?php
namespace App\Models;

const LIMIT = 3;
define('OTHER', 4);

/** A user. */
#[Entity]
abstract class User extends Base implements Stored, \Other\Loud
{
    use Soft, Foo\Deletes { Soft::x insteadof Deletes; x as protected y; }

    const A = 1, B = 2;
    private const string SECRET = 'x';
    public int $count = 0;

    public function __construct(private readonly Repo $repo, protected int|Foo $z = 1, ?string ...$rest) {}

    /**
     * Makes one.
     */
    public static function make(array &$a, self $b): static { return new static($a); }

    abstract protected function area(): ?Shape;

    private function hidden(): void {
        $inner = function ($a) use ($b): int { return $a; };
        $arrow = fn(int $n) => $n * 2;
    }

    function plain() {}
}

interface Stored extends Readable, Writable { const Z = 1; public function store(Shape $a); }
trait Soft { function x() {} }
enum Suit: string implements Stored {
    case Hearts = 'H';
    const WILD = self::Hearts;
    public function label(): string { return ''; }
}
final class Point { function x() {} }

/** Adds. */
function add(int $a, ?Point $b = null): Point { function nested() {} return new Point(); }

$top = function () { return add(1); };
if (!function_exists('late')) { function late() {} }
