using System.Text.Json;
using Herald.Client;

namespace Herald.Hosting.Commands;

/// <summary>
/// The output of a command. Results go to the standard output, for people or as JSON, and everything else goes to the error output.
/// </summary>
public sealed class Terminal(TextWriter output, TextWriter error, bool json)
{
    public TextWriter Out { get; } = output;
    public TextWriter Error { get; } = error;
    public bool Json { get; } = json;

    /// <summary>Prints Herald's answer or its problem, and returns the exit code.</summary>
    public ExitCode Show(Reply reply, Action<JsonElement> forPeople)
    {
        if (!reply.Succeeded)
            return ShowProblem(reply);
        if (reply.Body is not { } body)
            return ExitCode.Ok;
        if (Json)
            Out.WriteLine(JsonText.Indented(body));
        else
            forPeople(body);
        return ExitCode.Ok;
    }

    /// <summary>As above, for a reply whose body is not shown to people.</summary>
    public ExitCode Show(Reply reply, string done)
    {
        if (!reply.Succeeded)
            return ShowProblem(reply);
        if (!Json)
            Out.WriteLine(done);
        else if (reply.Body is { } body)
            Out.WriteLine(JsonText.Indented(body));
        else
            Out.WriteLine("{}");
        return ExitCode.Ok;
    }

    public ExitCode Fail(ExitCode code, string message)
    {
        Error.WriteLine(message);
        return code;
    }

    /// <summary>Prints a page of items as aligned columns, and how to get the next page.</summary>
    public void Table(JsonElement page, params string[] fields)
    {
        var items = page.ValueKind == JsonValueKind.Array ? page : page.GetProperty("items");
        var rows = items.EnumerateArray()
            .Select(item => fields.Select(field => JsonText.Find(item, field) ?? "-").ToArray())
            .ToList();
        var widths = fields.Select((field, column) => rows.Select(row => row[column].Length).Append(field.Length).Max()).ToArray();
        Out.WriteLine(Row(fields.Select(field => field.ToUpperInvariant()), widths));
        foreach (var row in rows)
            Out.WriteLine(Row(row, widths));
        if (rows.Count == 0)
            Error.WriteLine("(none)");
        if (JsonText.Find(page, "nextCursor") is { } next)
            Error.WriteLine($"There are more items. Continue with --cursor {next}");
    }

    /// <summary>Prints an object as lines, in the order of its fields.</summary>
    public void Present(JsonElement element) => Fields(element, 0);

    /// <summary>Prints an object as lines <c>name: value</c>, indented by depth.</summary>
    private void Fields(JsonElement element, int depth)
    {
        var indent = new string(' ', depth * 2);
        foreach (var field in element.EnumerateObject())
        {
            switch (field.Value.ValueKind)
            {
                case JsonValueKind.Null:
                    break;
                case JsonValueKind.Object when field.Value.EnumerateObject().Any():
                    Out.WriteLine($"{indent}{field.Name}:");
                    Fields(field.Value, depth + 1);
                    break;
                case JsonValueKind.Array when field.Value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object):
                    Out.WriteLine($"{indent}{field.Name}:");
                    foreach (var item in field.Value.EnumerateArray())
                        Out.WriteLine($"{indent}  {string.Join("  ", item.EnumerateObject().Select(inner => $"{inner.Name}={JsonText.Plain(inner.Value) ?? "-"}"))}");
                    break;
                default:
                    Out.WriteLine($"{indent}{field.Name}: {JsonText.Plain(field.Value)}");
                    break;
            }
        }
    }

    private ExitCode ShowProblem(Reply reply)
    {
        foreach (var line in reply.ProblemLines())
            Error.WriteLine(line);
        if (Json && reply.Body is { } problem)
            Out.WriteLine(JsonText.Indented(problem));
        return ReplyExitCode.Of(reply);
    }

    private static string Row(IEnumerable<string> cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
}
