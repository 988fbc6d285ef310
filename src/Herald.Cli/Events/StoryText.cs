using System.Text.Json;
using Herald.Hosting.Commands;

namespace Herald.Cli.Events;

/// <summary>Prints an event, a sentence for each delivery, and a line for each attempt.</summary>
internal sealed class StoryText(TimeProvider time)
{
    private readonly DeliveryText _deliveries = new(time);
    private readonly MomentText _moments = new(time);

    public void Write(JsonElement story, Terminal terminal)
    {
        if (story.TryGetProperty("event", out var one))
            terminal.Present(one);
        Write("deliveries", story, terminal, Delivery);
        Write("attempts", story, terminal, attempt => [Attempt(attempt)]);
    }

    private static void Write(string name, JsonElement story, Terminal terminal, Func<JsonElement, IEnumerable<string>> lines)
    {
        if (!story.TryGetProperty(name, out var items) || items.GetArrayLength() == 0)
        {
            terminal.Out.WriteLine($"{name}: none");
            return;
        }
        terminal.Out.WriteLine($"{name}:");
        foreach (var line in items.EnumerateArray().SelectMany(lines))
            terminal.Out.WriteLine($"  {line}");
    }

    private IEnumerable<string> Delivery(JsonElement delivery)
    {
        yield return _deliveries.Of(delivery);
        if (ForeignText.Find(delivery, "messageId") is { } id)
            yield return $"  message {id}";
    }

    private string Attempt(JsonElement attempt)
    {
        var reason = ForeignText.Find(attempt, "reason");
        return $"{ForeignText.Find(attempt, "subscription")}  {_moments.FindExact(attempt, "at")}  "
            + $"{(ForeignText.Find(attempt, "sending") is { } sending ? $"{sending}, " : "")}"
            + $"attempt {ForeignText.Find(attempt, "number")}: {ForeignText.Find(attempt, "outcome")}"
            + $"{(string.IsNullOrEmpty(reason) ? "" : $", {reason}")}"
            + $"{(ForeignText.Find(attempt, "answer") is { Length: > 0 } answer ? $", {answer}" : "")}";
    }
}
