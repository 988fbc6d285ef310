using System.Diagnostics;

namespace Herald.Mutants.Trials;

/// <summary>Copies of the test programs that judge mutants. In the copies, the planted assemblies replace the built ones.</summary>
internal static class Suites
{
    private const string Simulation = "Herald.Simulation";
    private static readonly string[] Names =
        ["Herald.Engine.Tests", Simulation, "Herald.Journal.Tests", "Herald.Postgres.Tests", "Herald.Delivery.Tests"];

    // The projects that the suites share. Tests of planted faults are left out, because they compile copies of the sources, which have no
    // mutants.
    private static readonly string[] Shared = ["tests/Herald.TestKit", "tests/Herald.Contracts", "tests/Herald.Judge"];
    private const string WithSourcesOfItsOwn = ".Planting.";

    // A change that breaks most worlds breaks one of the first ones. A change that hangs one world is noticed sooner with few worlds.
    private static readonly int[] Worlds = [100, 2000];

    /// <exception cref="MutantsException">A suite cannot be built.</exception>
    public static async Task BuildAsync(string root, CancellationToken cancel)
    {
        foreach (var name in Names)
        {
            string[] words = ["build", Path.Combine(root, "tests", name), "-c", "Release", "-v", "quiet", "--nologo"];
            using var build = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true })!;
            var told = await build.StandardOutput.ReadToEndAsync(cancel);
            await build.WaitForExitAsync(cancel);
            if (build.ExitCode != 0)
                throw new MutantsException($"{name} cannot be built: {told}");
        }
    }

    /// <param name="folder">The folder for the copies.</param>
    /// <param name="assemblies">The planted assemblies.</param>
    public static async Task<IReadOnlyList<Suite>> PrepareAsync(
        string root, string folder, IReadOnlyList<string> assemblies, CancellationToken cancel)
    {
        var suites = new List<Suite>();
        foreach (var name in Names)
        {
            var (built, copy) = (Path.Combine(root, "artifacts", "bin", name, "release"), Path.Combine(folder, name));
            Copy(built, copy);
            foreach (var assembly in assemblies.Where(assembly => File.Exists(Path.Combine(copy, Path.GetFileName(assembly)))))
                File.Copy(assembly, Path.Combine(copy, Path.GetFileName(assembly)), overwrite: true);
            var program = Path.Combine(copy, name);
            var parts = name == Simulation ? Worlds.Select(OfWorlds) : (await ClassesAsync(program, cancel)).Select(OfClass);
            suites.Add(new(name, program, Content.Of(root, [$"tests/{name}", .. Shared]), name == Simulation, [.. parts]));
        }
        return suites;
    }

    private static SuitePart OfClass(string name) => new(name, ["-class", name], new Dictionary<string, string>());

    private static SuitePart OfWorlds(int count) => new(
        $"{count} worlds",
        ["-method", "*.Every_promise_holds_in_every_world"],
        new Dictionary<string, string> { ["HERALD_SEEDS"] = $"{count}", ["HERALD_FIRST_BROKEN"] = "1", ["HERALD_LINES"] = "1" });

    private static async Task<IReadOnlyList<string>> ClassesAsync(string program, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, ["-list", "classes", "-noLogo", "-noColor"]) { RedirectStandardOutput = true };
        using var list = Process.Start(start)!;
        var lines = (await list.StandardOutput.ReadToEndAsync(cancel)).Split('\n', StringSplitOptions.TrimEntries);
        await list.WaitForExitAsync(cancel);
        return [.. lines.Where(line => line.StartsWith("Herald.", StringComparison.Ordinal) && !line.Contains(WithSourcesOfItsOwn, StringComparison.Ordinal))];
    }

    private static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
