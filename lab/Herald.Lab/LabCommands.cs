using System.CommandLine;
using Herald.Lab.Benches;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Catchers;
using Herald.Lab.Demos;
using Herald.Lab.Scenarios;

namespace Herald.Lab;

/// <summary>The commands of the laboratory: they demonstrate Herald, measure it, and receive from it.</summary>
public static class LabCommands
{
    /// <summary>The names of the benches that need only Herald itself, as <c>herald bench all</c> runs them.</summary>
    public static IEnumerable<string> BenchNames => BenchList.All.Select(bench => bench.Name);

    public static IEnumerable<Command> Create(TimeProvider time) =>
    [
        DemoCommand.Create(time),
        CatcherCommand.Create(time),
        ScenarioCommand.Create(time),
        BenchCommand.Create(time),
        PartCommand.Create(time),
    ];
}
