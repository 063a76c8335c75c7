// Prints the calls of an assembly that mcs made with -debug: for each the file and line where it
// stands, the callee's name, and a file and line in the callee (? where that has no code, empty where
// it is not of the assembly), between tabs.
//
//     mcs -out:<calls.exe> -r:Mono.Cecil.dll -r:Mono.Cecil.Mdb.dll csharp_calls.cs
using System;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

static class Calls
{
    static bool IsPlace(SequencePoint point)
    {
        return point != null && point.StartLine != 0xfeefee;
    }

    // The last place in it: a constructor begins with what its fields are set to.
    static SequencePoint Place(MethodDefinition method)
    {
        if (method == null || !method.HasBody)
            return null;
        return method.Body.Instructions.Select(one => one.SequencePoint).LastOrDefault(IsPlace);
    }

    static MethodDefinition Resolve(MethodReference called)
    {
        try {
            return called.Resolve();
        } catch (AssemblyResolutionException) {
            return null;
        }
    }

    static void Print(MethodDefinition method)
    {
        SequencePoint place = null;

        foreach (var one in method.Body.Instructions) {
            if (IsPlace(one.SequencePoint))
                place = one.SequencePoint;
            var called = one.Operand as MethodReference;
            if (called == null || place == null || one.OpCode.FlowControl != FlowControl.Call)
                continue;
            var callee = Resolve(called);
            var target = Place(callee);
            var inside = callee != null && callee.Module == method.Module;
            Console.WriteLine("{0}\t{1}\t{2}\t{3}\t{4}", place.Document.Url, place.StartLine,
                called.Name == ".ctor" ? called.DeclaringType.Name.Split('`')[0] : called.Name,
                target != null ? target.Document.Url : inside ? "?" : "", target == null ? 0 : target.StartLine);
        }
    }

    static void Main(string[] files)
    {
        foreach (var file in files) {
            var module = ModuleDefinition.ReadModule(file, new ReaderParameters {
                ReadSymbols = true, SymbolReaderProvider = new Mono.Cecil.Mdb.MdbReaderProvider() });
            foreach (var type in module.GetTypes())
                foreach (var method in type.Methods.Where(one => one.HasBody))
                    Print(method);
        }
    }
}
