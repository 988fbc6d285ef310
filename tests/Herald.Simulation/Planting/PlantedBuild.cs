using System.Diagnostics;
using System.Text;

namespace Herald.Simulation.Planting;

/// <summary>
/// A build of the engine and of this simulation in which every planted fault can be switched on, made from copies of the sources.
/// The engine itself carries no trace of it.
/// </summary>
internal sealed class PlantedBuild(string root)
{
    private const string Project = "Planted";
    private readonly string _directory = Path.Combine(root, "artifacts", "planted");

    public string Program => Path.Combine(root, "artifacts", "bin", Project, "release", Project);

    public static PlantedBuild Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Herald.slnx")))
            at = at.Parent;
        return new PlantedBuild(at?.FullName ?? throw new InvalidOperationException("The sources are not above the program: planted faults need them."));
    }

    public async Task MakeAsync(CancellationToken cancel)
    {
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
        Copy(Path.Combine(root, "src", "Herald.Engine"), "Engine");
        Copy(Path.Combine(root, "tests", "Herald.Simulation"), "Simulation");
        foreach (var fault in PlantedFaults.All)
            Plant(fault);
        await File.WriteAllTextAsync(Path.Combine(_directory, "Planted.cs"), Switch, cancel);
        await File.WriteAllTextAsync(Path.Combine(_directory, $"{Project}.csproj"), ProjectFile, cancel);
        var (code, output) = await RunAsync("dotnet", ["build", Path.Combine(_directory, $"{Project}.csproj"), "-c", "Release", "-v", "quiet", "--nologo"], [], cancel);
        if (code != 0)
            throw new InvalidOperationException($"The build with planted faults failed: {output}");
    }

    /// <summary>Runs worlds with a fault switched on until one fails.</summary>
    /// <returns>The seed that found it; null when none did.</returns>
    public async Task<int?> SeekAsync(PlantedFault? fault, int seeds, CancellationToken cancel)
    {
        var (code, output) = await RunAsync(
            Program, ["-noColor", "-noLogo", "-explicit", "only", "-method", "*Seek"],
            [new("HERALD_PLANTED", fault?.Name ?? "none"), new("HERALD_SEEDS", $"{seeds}")], cancel);
        foreach (var line in output.Split('\n'))
        {
            if (line.IndexOf(SimulationTests.FoundBy, StringComparison.Ordinal) is var at and >= 0)
                return int.Parse(line.AsSpan(at + SimulationTests.FoundBy.Length).Trim());
        }
        return code == 0 ? null : throw new InvalidOperationException($"{fault?.Name}: {output}");
    }

    private void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*.cs", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_directory, to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private void Plant(PlantedFault fault)
    {
        var path = Path.Combine(_directory, "Engine", fault.File);
        var source = File.ReadAllText(path);
        var found = source.Split(fault.Right).Length - 1;
        if (found != 1)
            throw new InvalidOperationException($"The code that the planted fault '{fault.Name}' replaces is {found} times in {fault.File}: fit the fault to the code as it is now.");
        File.WriteAllText(path, source.Replace(fault.Right, fault.Wrong.Replace("ON", $"Herald.Planted.On(\"{fault.Name}\")", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, KeyValuePair<string, string>[] environment, CancellationToken cancel)
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
            <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
          </PropertyGroup>
          <ItemGroup>
            <Compile Include="Planted.cs;Engine/**/*.cs;Simulation/**/*.cs" />
            <PackageReference Include="xunit.v3" />
            <PackageReference Include="Microsoft.Extensions.Logging.Abstractions" />
          </ItemGroup>
        </Project>
        """;
}
