using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;
using Herald.Postgres.Migrations;

namespace Herald.Postgres.Hosting.Commands;

/// <summary><c>herald migrate …</c></summary>
public static class MigrateCommand
{
    private static readonly TableColumn Id = TableColumn.Id("ID", "id"), Name = TableColumn.Id("MIGRATION", "name");
    private static readonly TableColumn Took = TableColumn.Text("MS", "tookMs");

    /// <param name="load">Loads all migrations.</param>
    public static Command Create(TimeProvider time, Func<MigrationSet> load) => new ExampleCommand(
        "migrate",
        "Changes the tables in PostgreSQL to the version that this program needs, and back.",
        "herald migrate up --connection postgres://herald@db.example/herald")
    {
        Up(time, load), Down(time, load), Status(time, load), Repair(time, load),
    };

    private static MigratingCommand Up(TimeProvider time, Func<MigrationSet> load)
    {
        var to = Number("--to", "The id of the last migration to apply. Default: the newest.");
        return new MigratingCommand(
            "up", "Applies the pending migrations, each in a transaction. Only one program migrates at a time; others wait.",
            "herald migrate up", "herald migrate up --connection \"Host=db.example;Username=herald;Database=herald\" --to 3")
        { to }
        .Runs(time, load, async (runner, call) => call.Print(
            (await runner.UpAsync(call.Get(to), call.Cancel)).Select(Item), "Nothing to do: everything is applied.", Id, Name, Took));
    }

    private static MigratingCommand Down(TimeProvider time, Func<MigrationSet> load)
    {
        var count = Number("--count", "How many migrations to undo, the newest first.");
        count.Required = true;
        return new MigratingCommand("down",
            "Undoes the newest migrations. The data that they store is lost.", "herald migrate down --count 1") { count }
            .Runs(time, load, async (runner, call) => call.Print(
                (await runner.DownAsync(call.Get(count)!.Value, call.Cancel)).Select(Item), "Nothing was undone.", Id, Name, Took));
    }

    private static MigratingCommand Status(TimeProvider time, Func<MigrationSet> load) =>
        new MigratingCommand(
            "status", "Shows every migration, who applied it and when. The exit code is 5 if a server would refuse to start.",
            "herald migrate status", "herald migrate status --json")
        .Runs(time, load, async (runner, call) =>
        {
            var statuses = await runner.StatusAsync(call.Cancel);
            call.Print(
                statuses.Select(Item), "There are no migrations.", Id, Name, TableColumn.State("STATE", "state"), TableColumn.Age("APPLIED", "at"),
                TableColumn.Text("BY", "who"), Took);
            foreach (var status in statuses)
                if (status.Problem is { } problem)
                    call.Terminal.Error.WriteLine(problem);
            return statuses.Any(status => status.IsRefused) ? ExitCode.Refused : ExitCode.Ok;
        });

    private static MigratingCommand Repair(TimeProvider time, Func<MigrationSet> load) =>
        new MigratingCommand(
            "repair",
            "Accepts migrations whose files were changed after they were applied, deletes the records of failed tries, and prints "
                + "both. Runs no migration.", "herald migrate repair")
        .Runs(time, load, async (runner, call) => call.Print(
            (await runner.RepairAsync(call.Cancel)).Select(repaired => new JsonObject { ["id"] = repaired.Id, ["name"] = repaired.Name, ["done"] = repaired.What }),
            "Nothing to repair.", Id, Name, TableColumn.Text("DONE", "done")));

    private static JsonObject Item(MigrationStep step) =>
        new() { ["id"] = step.Id, ["name"] = step.Name, ["tookMs"] = Math.Round(step.Took.TotalMilliseconds) };

    private static JsonObject Item(MigrationStatus status) => new()
    {
        ["id"] = status.Id,
        ["name"] = status.Name,
        ["state"] = status.State.ToString().ToLowerInvariant(),
        ["at"] = status.At is { } at ? $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : null,
        ["who"] = status.Who,
        ["tookMs"] = status.Took is { } took ? Math.Round(took.TotalMilliseconds) : null,
        ["problem"] = status.Problem,
    };

    private static Option<int?> Number(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add((OptionResult result) =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 and var number)
                result.AddError($"{name} {number}: must be at least 1.");
        });
        return option;
    }
}
