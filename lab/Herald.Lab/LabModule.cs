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

    public IReadOnlyList<ModuleCommand> Commands(TimeProvider time) =>
    [
        new(DemoCommand.Create(time)),
        new(CatcherCommand.Create(time)),
        new(ScenarioCommand.Create(time)),
        new(BenchCommand.Create(time)),
        new(PartCommand.Create(time)),
        new(ProduceCommand.Create(time), "orders"),
        new(AlarmsVerifyCommand.Create(time), "alarms"),
    ];
}
