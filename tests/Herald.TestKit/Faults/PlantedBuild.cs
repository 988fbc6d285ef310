using System.Diagnostics;
using System.Text;

namespace Herald.TestKit.Faults;

/// <summary>
/// A test program in which every planted fault can be switched on. It is built from copies of the sources. The sources themselves do not
/// change.
/// </summary>
/// <param name="name">The name of the program.</param>
/// <param name="sources">
/// Folders that are compiled into the program, except files named Planted….
/// </param>
public sealed class PlantedBuild(string name, IReadOnlyList<string> sources, IReadOnlyList<PlantedFault> faults)
{
    /// <summary>Folders within the sources that are not compiled, because they need projects that the program does not have.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    private string Folder => Path.Combine(SourceTree.Root, "artifacts", "planted", name);

    public async Task MakeAsync(CancellationToken cancel)
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        foreach (var source in sources)
            Copy(source);
        foreach (var fault in faults)
            Plant(fault);
        await File.WriteAllTextAsync(Path.Combine(Folder, "Planted.cs"), Switch, cancel);
        var project = Path.Combine(Folder, $"{name}.csproj");
        await File.WriteAllTextAsync(project, ProjectFile, cancel);
        var (code, output) = await StartAsync("dotnet", ["build", project, "-c", "Release", "-v", "quiet", "--nologo"], [], cancel);
        if (code != 0)
            throw new InvalidOperationException($"The build with planted faults failed: {output}");
    }

    /// <summary>Runs tests of the program with one fault switched on, or with none.</summary>
    public Task<(int Code, string Output)> RunAsync(
        PlantedFault? fault, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancel) =>
        StartAsync(
            Path.Combine(SourceTree.Root, "artifacts", "bin", name, "release", name), ["-noColor", "-noLogo", .. arguments],
            [new("HERALD_PLANTED", fault?.Name ?? "none"), .. environment], cancel);

    private void Copy(string source)
    {
        var from = Path.Combine(SourceTree.Root, source);
        foreach (var file in Directory.EnumerateFiles(from, "*.cs", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (Path.GetFileName(file).StartsWith("Planted", StringComparison.Ordinal) || Without.Any(folder => file.StartsWith(SourceTree.File(folder) + "/", StringComparison.Ordinal)))
                continue;
            var target = Path.Combine(Folder, Path.GetFileName(source), relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private void Plant(PlantedFault fault)
    {
        var path = Path.Combine(Folder, fault.File);
        var source = File.ReadAllText(path);
        var found = source.Split(fault.Right).Length - 1;
        if (found != 1)
            throw new InvalidOperationException($"The code that the planted fault '{fault.Name}' replaces is {found} times in {fault.File}: fit the fault to the code as it is now.");
        File.WriteAllText(path, source.Replace(fault.Right, fault.Wrong.Replace("ON", $"Herald.Planted.On(\"{fault.Name}\")", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output)> StartAsync(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => output.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, output.ToString());
    }

    private const string Switch = """
        namespace Herald;

        internal static class Planted
        {
            private static readonly string? Chosen = System.Environment.GetEnvironmentVariable("HERALD_PLANTED");

            public static bool On(string fault) => fault == Chosen;
        }
        """;

    private const string ProjectFile = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <IsTestProject>true</IsTestProject>
            <ServerGarbageCollection>false</ServerGarbageCollection>
            <TreatWarningsAsErrors>false</TreatWarningsAsErrors>
            <EnforceCodeStyleInBuild>false</EnforceCodeStyleInBuild>
            <RunAnalyzers>false</RunAnalyzers>
            <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
            <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
          </PropertyGroup>
          <ItemGroup>
            <Compile Include="**/*.cs" />
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
            <PackageReference Include="System.IO.Hashing" />
            <PackageReference Include="xunit.v3" />
          </ItemGroup>
        </Project>
        """;
}
