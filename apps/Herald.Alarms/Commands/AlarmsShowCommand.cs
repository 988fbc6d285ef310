using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;

namespace Herald.Alarms.Commands;

/// <summary><c>herald alarms show</c></summary>
internal static class AlarmsShowCommand
{
    public static Command Create()
    {
        var user = new Argument<string>("user") { Description = "The UserID of the user, such as alice." };
        return new ClientCommand("show",
            "Shows the saved alarms of a user.", "herald alarms show alice", "herald alarms show alice --json") { user }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Alarms.GetUserAsync(call.Get(user), call.Cancel),
                body => call.Terminal.Table(
                    body.GetProperty("alarms"), TableColumn.Id("ALARM", "alarmId"), TableColumn.Text("STATUS", "status"),
                    TableColumn.Text("CHANGED", "changedAt"), TableColumn.Text("DUE", "due"))));
    }
}
