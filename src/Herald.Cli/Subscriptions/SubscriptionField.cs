using System.CommandLine;
using System.Text.Json.Nodes;

namespace Herald.Cli.Subscriptions;

/// <summary>A field of a subscription with one value, and its option.</summary>
internal sealed class SubscriptionField
{
    /// <summary>The text that gives a field its default.</summary>
    public const string Default = "default";

    /// <summary>The text for no value and for no bound.</summary>
    public const string None = "none";

    private readonly FieldForm _form;
    private readonly Func<JsonNode?>? _none;

    /// <param name="path">The place of the field in the JSON of the API, such as <c>retry.maxAge</c>.</param>
    /// <param name="none">What the text <see cref="None"/> means, in JSON. Null for a field that always has a value.</param>
    public SubscriptionField(string option, string path, string value, string description, FieldForm form, Func<JsonNode?>? none = null)
    {
        (Path, _form, _none) = (path.Split('.'), form, none);
        Option = new Option<string?>(option) { Description = description, HelpName = value };
        Option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !IsReset(token.Value) && form.Read(token.Value) is null))
                result.AddError($"{option} {token.Value}: {RuleFor(token.Value)}");
        });
    }

    public Option<string?> Option { get; }

    public IReadOnlyList<string> Path { get; }

    /// <summary>The value in JSON. Null gives the field its default.</summary>
    public JsonNode? Read(string text) => text == None && _none is not null ? _none() : IsReset(text) ? null : _form.Read(text);

    private bool IsReset(string text) => text == Default || (text == None && _none is not null);

    private string RuleFor(string text) =>
        text == None ? $"It always has a value. Write {Default} to give it the default again." : _form.RuleFor(text);
}
