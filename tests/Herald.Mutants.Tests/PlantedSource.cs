using System.Reflection;
using System.Runtime.Loader;
using Herald.Mutants.Builds;
using Herald.Mutants.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Herald.Mutants.Tests;

/// <summary>A class <c>Code</c> that contains all of its mutants. A test switches one of them on.</summary>
internal sealed class PlantedSource : IDisposable
{
    private const string Before = "using System; using System.Collections.Generic; using System.Linq; using System.Threading.Tasks;\npublic static class Code\n{\n";
    private static readonly Lock Environments = new();
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("herald-test-");
    private readonly PlantedProject _project;

    /// <param name="members">The members of the class.</param>
    public PlantedSource(string members)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create(
            "Code", [CSharpSyntaxTree.ParseText($"{Before}{members}\n}}\n", path: Path.Combine(_root.FullName, "src", "Code.cs"), encoding: System.Text.Encoding.UTF8)],
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.DynamicallyLinkedLibrary, generalDiagnosticOption: ReportDiagnostic.Suppress));
        Assert.DoesNotContain(compilation.GetDiagnostics(), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        _project = new(_root.FullName, "src", compilation, [], before: 0);
        Found = [.. _project.Mutants];
        _project.Compile(Assembly, Found.Count, TestContext.Current.CancellationToken);
    }

    /// <summary>All mutants, including those that do not compile.</summary>
    public IReadOnlyList<Mutant> Found { get; }

    public int LeftOut => _project.LeftOut;

    /// <summary>The changes that compile, as <c>before → after</c>.</summary>
    public IEnumerable<string> Changes => _project.Mutants.Select(mutant => $"{mutant.Before} → {mutant.After}");

    private string Assembly => Path.Combine(_root.FullName, "Code.dll");

    /// <summary>Calls <c>Code.Run</c>.</summary>
    /// <param name="change">The mutant to switch on, as in <see cref="Changes"/>; null for none.</param>
    public object? Run(string? change, params object?[] arguments)
    {
        var number = change is null ? 0 : Found.Single(mutant => $"{mutant.Before} → {mutant.After}" == change).Number;
        var context = new AssemblyLoadContext(null, isCollectible: true);
        var assembly = context.LoadFromStream(new MemoryStream(File.ReadAllBytes(Assembly)));
        // The variable is read only once, at the first use of a mutant.
        lock (Environments)
        {
            Environment.SetEnvironmentVariable(MutantSwitch.Chosen, $"{number}");
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(assembly.GetType(MutantSwitch.Name)!.TypeHandle);
            Environment.SetEnvironmentVariable(MutantSwitch.Chosen, null);
        }
        return assembly.GetType("Code")!.GetMethod("Run", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, arguments);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
