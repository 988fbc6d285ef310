using System.CommandLine;
using Herald.Hosting.Modules;
using Herald.Lab.Alarms;
using Herald.Lab.Benches;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Catchers;
using Herald.Lab.Demos;
using Herald.Lab.Orders;
using Herald.Lab.Scenarios;

namespace Herald.Lab;

/// <summary>The laboratory as a module: commands that demonstrate Herald, measure it, and receive from it.</summary>
public sealed class LabModule : IModule
{
    /// <summary>The names of the benches that need only Herald itself, as <c>herald bench all</c> runs them.</summary>
    public static IEnumerable<string> BenchNames => BenchList.All.Select(bench => bench.Name);

    public string Name => "lab";

    public IReadOnlyList<Command> Commands(TimeProvider time) =>
    [
        DemoCommand.Create(time),
        CatcherCommand.Create(time),
        ScenarioCommand.Create(time),
        BenchCommand.Create(time),
        PartCommand.Create(time),
        new Command("orders") { ProduceCommand.Create(time) },
        new Command("alarms") { AlarmsVerifyCommand.Create(time) },
    ];
}
