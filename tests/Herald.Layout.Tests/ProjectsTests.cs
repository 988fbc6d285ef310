using System.Xml.Linq;
using Herald.TestKit;
using Xunit;

namespace Herald.Layout.Tests;

/// <summary>Which project may refer to which, and what no project may do.</summary>
public sealed class ProjectsTests
{
    /// <summary>
    /// The projects that each project of the product and of the laboratory may refer to. Tests may refer to everything except each other.
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Herald.Engine"] = [],
        ["Herald.Client"] = [],
        ["Herald.Hosting"] = ["Herald.Client", "Herald.Engine"],
        ["Herald.Journal"] = ["Herald.Engine", "Herald.Hosting"],
        ["Herald.Postgres"] = ["Herald.Engine", "Herald.Hosting"],
        ["Herald.Outbound"] = ["Herald.Engine", "Herald.Hosting"],
        ["Herald.Webhooks"] = ["Herald.Engine", "Herald.Hosting", "Herald.Outbound"],
        ["Herald.Messages"] = ["Herald.Engine", "Herald.Hosting"],
        ["Herald.Email"] = ["Herald.Messages", "Herald.Outbound"],
        ["Herald.Posts"] = ["Herald.Engine", "Herald.Hosting", "Herald.Messages", "Herald.Outbound"],
        ["Herald.Sms"] = ["Herald.Engine", "Herald.Hosting", "Herald.Messages", "Herald.Posts"],
        ["Herald.Push"] = ["Herald.Messages", "Herald.Outbound"],
        ["Herald.Brokers"] = ["Herald.Engine", "Herald.Hosting"],
        ["Herald.Kafka"] = ["Herald.Brokers"],
        ["Herald.Nats"] = ["Herald.Brokers"],
        ["Herald.Server"] = ["Herald.Engine", "Herald.Hosting"],
        ["Herald.Alarms"] = ["Herald.Hosting", "Herald.Nats"],
        ["Herald.Notifications"] = ["Herald.Hosting", "Herald.Kafka", "Herald.Messages"],
        ["Herald.Orders"] = ["Herald.Hosting", "Herald.Kafka"],
        ["Herald.Cli"] =
        [
            "Herald.Server", "Herald.Journal", "Herald.Postgres", "Herald.Outbound", "Herald.Webhooks", "Herald.Email", "Herald.Posts",
            "Herald.Sms", "Herald.Push", "Herald.Kafka", "Herald.Nats", "Herald.Alarms", "Herald.Notifications", "Herald.Orders",
            "Herald.Lab",
        ],
        ["Herald.LocalServers"] = [],
        ["Herald.Lab"] = ["Herald.Hosting", "Herald.LocalServers", "Herald.Kafka", "Herald.Nats", "Herald.Alarms", "Herald.Orders"],
        ["Herald.Soak"] = ["Herald.Cli", "Herald.Judge", "Herald.TestKit", "Herald.TestKit.Traces"],
        ["Herald.StoreBench"] = ["Herald.Hosting", "Herald.Journal"],
        ["Herald.Evidence"] = [],
        ["Herald.Mutants"] = [],
    };

    private const string ListOfModules = "src/Herald.Cli/ModuleList.cs";

    private static IReadOnlyList<Project> All { get; } = [.. new[] { "src", "apps", "lab", "tests" }
        .SelectMany(folder => Directory.EnumerateFiles(SourceTree.File(folder), "*.csproj", SearchOption.AllDirectories))
        .Select(path => new Project(path))];

    [Fact]
    public void Every_project_refers_only_to_those_it_may() =>
        Assert.Empty(All.Where(project => !project.IsTest)
            .SelectMany(project => project.References.Except(Allowed.GetValueOrDefault(project.Name, [])).Select(reference => $"{project.Name} refers to {reference}")));

    [Fact]
    public void Every_project_is_listed() =>
        Assert.Equal(All.Where(project => !project.IsTest).Select(project => project.Name).Order(StringComparer.Ordinal), Allowed.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void No_project_shows_its_insides_but_to_its_own_tests() =>
        // The simulation is the engine's own test, too.
        Assert.Empty(All.SelectMany(project => project.Friends.Where(friend => friend != $"{project.Name}.Tests" && (project.Name, friend) != ("Herald.Engine", "Herald.Simulation")).Select(friend => $"{project.Name} to {friend}")));

    [Fact]
    public void No_project_compiles_the_sources_of_another() =>
        Assert.Empty(All.SelectMany(project => project.ForeignSources.Select(source => $"{project.Name}: {source}")));

    /// <summary>Everything else reaches the modules through their contract, so a new one is one line.</summary>
    [Fact]
    public void Only_the_list_of_modules_names_them() =>
        Assert.Equal([ListOfModules], FilesThatName(SourceTree.File("src/Herald.Cli"), file => File.ReadAllText(file)));

    [Theory]
    [InlineData("using Herald.Kafka.Hosting;", true)]
    [InlineData("new Herald.Orders.Hosting.OrdersModule()", true)]
    [InlineData("using Herald.Hosting.Modules;", false)]
    [InlineData("// See Herald.Serverless.", false)]
    public void A_file_that_names_a_module_is_found(string text, bool isFound) =>
        Assert.Equal(isFound, FilesThatName(SourceTree.File("src/Herald.Cli/Serve"), _ => text).Any());

    private static IEnumerable<string> FilesThatName(string folder, Func<string, string> read)
    {
        var modules = Allowed["Herald.Cli"].Except(["Herald.Server"]).ToList();
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => modules.Exists(module => read(file).Contains($"{module}.", StringComparison.Ordinal) || read(file).Contains($"using {module};", StringComparison.Ordinal)))
            .Select(file => Path.GetRelativePath(SourceTree.Root, file).Replace('\\', '/'));
    }

    private sealed class Project
    {
        private readonly XElement _root;

        public Project(string path) => (Name, IsTest, _root) = (
            Path.GetFileNameWithoutExtension(path), Path.GetRelativePath(SourceTree.Root, path).StartsWith("tests", StringComparison.Ordinal), XElement.Load(path));

        public string Name { get; }
        public bool IsTest { get; }
        public IEnumerable<string> References => Included("ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));
        public IEnumerable<string> Friends => Included("InternalsVisibleTo");
        public IEnumerable<string> ForeignSources => Included("Compile").Where(path => path.StartsWith("..", StringComparison.Ordinal));

        private IEnumerable<string> Included(string item) => _root.Descendants(item).Attributes("Include").SelectMany(include => include.Value.Split(';'));
    }
}
