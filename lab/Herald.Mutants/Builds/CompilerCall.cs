using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Herald.Mutants.Builds;

/// <summary>The compiler call of the build for a project, with the same sources, references, options and generators.</summary>
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

    /// <summary>The resources that the build compiles in addition to the project's own files.</summary>
    public IEnumerable<ResourceDescription> Resources => _arguments.ManifestResources;

    /// <param name="project">The folder of the project, relative to the root.</param>
    /// <exception cref="MutantsException">The build does not report the compiler call.</exception>
    public static async Task<CompilerCall> AskAsync(string root, string project, CancellationToken cancel)
    {
        var folder = Path.Combine(root, project);
        var file = Path.Combine(folder, $"{Path.GetFileName(project)}.csproj");
        // The same query as that of editors: nothing is compiled, and files that are up to date are included.
        string[] words =
        [
            "msbuild", file, "-t:PrepareResources", "-t:Compile", "-p:Configuration=Release", "-p:BuildProjectReferences=false",
            "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true", "-p:NonExistentFile=none", "-getItem:CscCommandLineArgs",
        ];
        using var build = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true })!;
        var told = await build.StandardOutput.ReadToEndAsync(cancel);
        await build.WaitForExitAsync(cancel);
        if (build.ExitCode != 0)
            throw new MutantsException($"The build did not print the compiler arguments of {project}: {told}");
        using var parsed = JsonDocument.Parse(told);
        var arguments = parsed.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
            .Select(argument => argument.GetProperty("Identity").GetString()!);
        return new(CSharpCommandLineParser.Default.Parse(arguments, folder, sdkDirectory: null));
    }

    /// <summary>The compilation, including the output of the generators.</summary>
    public CSharpCompilation Compilation()
    {
        var options = _arguments.ParseOptions;
        var own = CSharpCompilation.Create(
            _arguments.CompilationName,
            _arguments.SourceFiles.Select(
                source => CSharpSyntaxTree.ParseText(File.ReadAllText(source.Path), options, source.Path, Encoding.UTF8)),
            _arguments.MetadataReferences.Select(reference => MetadataReference.CreateFromFile(reference.Reference, reference.Properties)),
            // Only errors matter, because mutants cause many warnings.
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
