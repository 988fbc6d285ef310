using System.CommandLine;
using System.Text.Json;
using Herald.Client;
using Herald.Hosting.Commands.Tables;

namespace Herald.Hosting.Commands;

/// <summary>
/// The output of a command. Results go to the standard output, for people or as JSON, and everything else goes to the error output.
/// </summary>
public sealed class Terminal(TextWriter output, TextWriter error, bool json, Screen screen)
{
    public TextWriter Out { get; } = output;
    public TextWriter Error { get; } = error;
    public bool Json { get; } = json;
    public Screen Screen { get; } = screen;

    /// <param name="json">Null when the common option says it.</param>
    public static Terminal Of(ParseResult parsed, bool? json = null)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        var console = parsed.InvocationConfiguration;
        return new(console.Output, console.Error, json ?? parsed.GetValue(CommonOptions.Json), CommandConsole.ScreenOf(parsed));
    }

    /// <summary>Prints the answer to a request that succeeded.</summary>
    internal ExitCode Show(Reply reply, Action<JsonElement> forPeople)
    {
        if (reply.Body is not { } body)
            return ExitCode.Ok;
        if (Json)
            Out.WriteLine(JsonText.Indented(body));
        else
            forPeople(body);
        return ExitCode.Ok;
    }

    /// <summary>As above, for a reply whose body is not shown to people.</summary>
    internal ExitCode Show(Reply reply, string done)
    {
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
    public void Table(JsonElement page, params IReadOnlyList<TableColumn> columns)
    {
        var items = page.ValueKind == JsonValueKind.Array ? page : page.GetProperty("items");
        foreach (var line in Tables.Table.Lines(columns, items.EnumerateArray(), Screen))
            Out.WriteLine(line);
        if (items.GetArrayLength() == 0)
            Error.WriteLine("(none)");
        if (ForeignText.Find(page, "nextCursor") is { } next)
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
            var name = ForeignText.OneLine(field.Name);
            // A payload belongs to the publisher. It is shown as it was received, with nulls and spaces.
            if (field.Name == "payload")
            {
                Out.WriteLine($"{indent}{name}: {ForeignText.Verbatim(field.Value.GetRawText())}");
                continue;
            }
            switch (field.Value.ValueKind)
            {
                case JsonValueKind.Null:
                    break;
                case JsonValueKind.Object when field.Value.EnumerateObject().Any():
                    Out.WriteLine($"{indent}{name}:");
                    Fields(field.Value, depth + 1);
                    break;
                case JsonValueKind.Array when field.Value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object):
                    Out.WriteLine($"{indent}{name}:");
                    foreach (var item in field.Value.EnumerateArray())
                    {
                        var fields = item.EnumerateObject().Select(inner => $"{ForeignText.OneLine(inner.Name)}={Painted(inner)}");
                        Out.WriteLine($"{indent}  {string.Join("  ", fields)}");
                    }
                    break;
                default:
                    Out.WriteLine($"{indent}{name}: {Painted(field)}");
                    break;
            }
        }
    }

    private string Painted(JsonProperty field)
    {
        var text = ForeignText.Plain(field.Value) ?? "-";
        return field.Name is "status" or "outcome" ? StateColor.Paint(text, text, Screen) : text;
    }
}
