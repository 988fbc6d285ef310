using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Herald.Mutants.Builds;

/// <summary>How the build calls the compiler for a project: the same sources, references, options and generators.</summary>
internal sealed class CompilerCall
{
    private readonly CSharpCommandLineArguments _arguments;
    private readonly IReadOnlyList<ISourceGenerator> _generators;

    private CompilerCall(CSharpCommandLineArguments arguments)
    {
        _arguments = arguments;
        var loader = new Loader();
        var analyzers = arguments.ResolveAnalyzerReferences(loader).OfType<AnalyzerFileReference>();
        _generators = [.. analyzers.SelectMany(analyzer => analyzer.GetGenerators(LanguageNames.CSharp))];
    }

    /// <summary>What the build compiles besides the project's own files.</summary>
    public IEnumerable<ResourceDescription> Resources => _arguments.ManifestResources;

    /// <param name="project">Its folder, from the root.</param>
    /// <exception cref="MutantsException">The build does not say.</exception>
    public static async Task<CompilerCall> AskAsync(string root, string project, CancellationToken cancel)
    {
        var folder = Path.Combine(root, project);
        var file = Path.Combine(folder, $"{Path.GetFileName(project)}.csproj");
        // As editors ask: nothing is compiled, and what is up to date does not count.
        string[] words =
        [
            "msbuild", file, "-t:PrepareResources", "-t:Compile", "-p:Configuration=Release", "-p:BuildProjectReferences=false",
            "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true", "-p:NonExistentFile=none", "-getItem:CscCommandLineArgs",
        ];
        using var build = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true })!;
        var told = await build.StandardOutput.ReadToEndAsync(cancel);
        await build.WaitForExitAsync(cancel);
        if (build.ExitCode != 0)
            throw new MutantsException($"The build does not say how it compiles {project}: {told}");
        using var parsed = JsonDocument.Parse(told);
        var arguments = parsed.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
            .Select(argument => argument.GetProperty("Identity").GetString()!);
        return new(CSharpCommandLineParser.Default.Parse(arguments, folder, sdkDirectory: null));
    }

    /// <summary>With what generators add.</summary>
    public CSharpCompilation Compilation()
    {
        var options = _arguments.ParseOptions;
        var own = CSharpCompilation.Create(
            _arguments.CompilationName,
            _arguments.SourceFiles.Select(source => CSharpSyntaxTree.ParseText(File.ReadAllText(source.Path), options, source.Path, Encoding.UTF8)),
            _arguments.MetadataReferences.Select(reference => MetadataReference.CreateFromFile(reference.Reference, reference.Properties)),
            // Only errors matter: what is planted warns of much.
            _arguments.CompilationOptions.WithGeneralDiagnosticOption(ReportDiagnostic.Suppress).WithSpecificDiagnosticOptions([]));
        CSharpGeneratorDriver.Create(_generators, parseOptions: options).RunGeneratorsAndUpdateCompilation(own, out var whole, out _);
        return (CSharpCompilation)whole;
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath) { }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
