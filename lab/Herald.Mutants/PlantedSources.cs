using Herald.Mutants.Builds;
using Herald.Mutants.Sites;

namespace Herald.Mutants;

/// <summary>All mutants of the current sources, the assemblies that contain them, and the mutants that are drawn.</summary>
internal sealed class PlantedSources
{
    public const int Seed = 2026;
    private const int OfEngine = 500, OfStores = 100;

    private static readonly (string Project, int Drawn)[] Projects =
        [("src/Herald.Engine", OfEngine), ("src/Herald.Journal", OfStores), ("src/Herald.Postgres", OfStores)];

    private PlantedSources(IReadOnlyList<PlantedProject> all, IReadOnlyList<string> assemblies) => (All, Assemblies) = (all, assemblies);

    public IReadOnlyList<PlantedProject> All { get; }

    public IReadOnlyList<string> Assemblies { get; }

    /// <summary>A hash of the sources, and of how this program numbers and changes them. Results are valid for this hash alone.</summary>
    public string ContentIn(string root)
    {
        var mutants = All.SelectMany(project => project.Mutants).Select(mutant => $"{mutant.Number} {mutant.Kind} {mutant.Key}");
        var changes = Content.OfText(string.Join('\n', mutants));
        return $"{Content.Of(root, Projects.Select(project => project.Project))}-{changes}";
    }

    public static async Task<PlantedSources> CompileAsync(string root, string folder, CancellationToken cancel)
    {
        var (all, numbers) = (new List<PlantedProject>(), 0);
        foreach (var (project, _) in Projects)
        {
            var call = await CompilerCall.AskAsync(root, project, cancel);
            all.Add(new(root, project, call.Compilation(), call.Resources, numbers));
            numbers += all[^1].Mutants.Count();
        }
        var assemblies = new List<string>();
        foreach (var project in all)
        {
            assemblies.Add(Path.Combine(folder, $"{project.Name}.dll"));
            project.Compile(assemblies[^1], numbers, cancel);
        }
        return new(all, assemblies);
    }

    public static IReadOnlyList<Mutant> DrawnOf(PlantedProject project) =>
        Drawing.Draw(project.Mutants, Seed, Projects.First(one => Path.GetFileName(one.Project) == project.Name).Drawn);
}
