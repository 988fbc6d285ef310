namespace Herald.Engine.Basics;

/// <summary>
/// Makes a property of an options record a setting. It says what the setting is for and which values are allowed; the property itself has
/// the name, the type and the default. Herald.Hosting reads settings, and docs/settings.md lists all of them.
/// </summary>
/// <param name="purpose">What the setting is for, in one or two sentences.</param>
[AttributeUsage(AttributeTargets.Property)]
public class SettingAttribute(string purpose) : Attribute
{
    public string Purpose { get; } = purpose;

    /// <summary>The least value, as an operator would write it: <c>1</c>, <c>16KiB</c>, <c>1ms</c>. Default 0.</summary>
    public string? Least { get; init; }

    /// <summary>The largest value, written likewise; of a text, the number of its characters. Default: no bound.</summary>
    public string? Most { get; init; }

    /// <summary>The number is a number of bytes, and can be written like <c>64KiB</c>.</summary>
    public bool IsBytes { get; init; }

    /// <summary>The value is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The word that stands for null, such as <c>none</c>. Default: the setting always has a value.</summary>
    public string? None { get; init; }

    /// <summary>The value cannot be empty; an item of a list or map must have it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The allowed values, in one sentence. Default: a sentence that follows from the type and the range.</summary>
    public string? Rule { get; init; }

    /// <summary>The default in words, if it is not the same on every machine.</summary>
    public string? DefaultInWords { get; init; }

    /// <summary>The option of <c>serve</c> that sets it, such as <c>--data</c>. Only the settings that many people set have one.</summary>
    public string? Option { get; init; }

    /// <summary>What help shows as the value of <see cref="Option"/>.</summary>
    public string OptionValue { get; init; } = "VALUE";

    /// <summary>The name that the setting had before, with its section, such as <c>lease</c>.</summary>
    public string? FormerName { get; init; }

    /// <summary>The rule of the text's form; null for any text.</summary>
    public virtual string? FormRule => null;

    /// <summary>Whether a text has the form. A type and a range need none.</summary>
    public virtual bool HasForm(string text) => true;

    /// <summary>Removes secrets from a text before it is shown. The text can be valid or invalid.</summary>
    public virtual string Mask(string text) => IsSecret ? "(hidden)" : HideUserInfo(text);

    /// <summary>A URL can contain a password.</summary>
    internal static string HideUserInfo(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        var at = start < 0 ? -1 : text.LastIndexOf('@');
        return at > start ? string.Concat(text.AsSpan(0, start + 3), "***", text.AsSpan(at)) : text;
    }
}
