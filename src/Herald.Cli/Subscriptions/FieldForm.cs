using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;

namespace Herald.Cli.Subscriptions;

/// <summary>How the value of a field is written on the command line.</summary>
/// <param name="Read">The value in JSON; null for a text that is none.</param>
/// <param name="RuleFor">What is allowed, for the person who wrote this text.</param>
internal sealed record FieldForm(Func<string, JsonNode?> Read, Func<string, string> RuleFor)
{
    public static readonly FieldForm Text = new(text => text, _ => "");

    public static readonly FieldForm Whole = new(
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null,
        _ => "Write a whole number.");

    public static readonly FieldForm Number = new(
        text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null,
        _ => "Write a number, such as 0.5.");

    public static readonly FieldForm Switch = new(
        text => text switch { "true" => true, "false" => false, _ => null }, _ => "Write true or false.");

    public static readonly FieldForm Duration = new(
        text => DurationText.TryParse(text, out _) ? text : null, DurationText.RuleFor);

    public static readonly FieldForm Durations = new(
        text => text.Split(',').All(one => DurationText.TryParse(one, out _)) ? ListOf(text) : null,
        text => DurationText.RuleFor(text.Split(',').First(one => !DurationText.TryParse(one, out _))));

    public static readonly FieldForm Kinds = new(
        text => text.Split(',').All(one => ReportKindNames.All.Contains(one)) ? ListOf(text) : null,
        _ => $"Write one or more of {string.Join(',', ReportKindNames.All)}.");

    public static JsonArray ListOf(string texts) => new([.. texts.Split(',').Select(one => (JsonNode)one)]);
}
