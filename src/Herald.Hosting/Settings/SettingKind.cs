using System.Globalization;
using Herald.Engine.Basics;
using Herald.Hosting.Text;

namespace Herald.Hosting.Settings;

/// <summary>The type of a setting's value, with its text form and its range.</summary>
internal abstract class SettingKind
{
    /// <summary>The allowed values, in one sentence.</summary>
    public abstract string Rule { get; }

    /// <summary>The value is a duration, whose unit is easily forgotten.</summary>
    public virtual bool IsDuration => false;

    /// <summary>Null when the text breaks the <see cref="Rule"/>.</summary>
    public abstract object? Parse(string text);

    public abstract string Format(object value);

    /// <param name="type">The type of the property, without its <c>?</c>.</param>
    /// <param name="choices">The allowed texts; null if the type and the attribute say what is allowed.</param>
    public static SettingKind Of(Type type, SettingAttribute attribute, IReadOnlyList<string>? choices = null) =>
        choices is not null ? new Choice(choices, text => text)
        : type == typeof(bool) ? new Switch()
        : type.IsEnum ? new Choice([.. Enum.GetNames(type).Select(SettingName.Camel)], text => Enum.Parse(type, text, ignoreCase: true))
        : type == typeof(TimeSpan) ? new Duration(attribute)
        : type == typeof(int) || type == typeof(long) ? attribute.IsBytes ? new Bytes(type, attribute) : new Number(type, attribute)
        : type == typeof(string) || type == typeof(Uri) ? new Text(type, attribute)
        : throw new ArgumentException($"A setting cannot be a {type.Name}.", nameof(type));

    /// <summary>A whole number as the property's type.</summary>
    private abstract class Whole(Type type) : SettingKind
    {
        protected abstract long Least { get; }

        protected abstract long Most { get; }

        public override object? Parse(string text)
        {
            if (Read(text) is not { } value || value < Least || value > Most)
                return null;
            if (type == typeof(long))
                return value;
            return value <= int.MaxValue ? (int)value : null;
        }

        protected abstract long? Read(string text);
    }

    private sealed class Number(Type type, SettingAttribute attribute) : Whole(type)
    {
        public override string Rule => attribute.Most is null
            ? string.Create(CultureInfo.InvariantCulture, $"A whole number of at least {Least}.")
            : string.Create(CultureInfo.InvariantCulture, $"A whole number from {Least} to {Most}.");

        protected override long Least { get; } = Bound(attribute.Least) ?? 0;

        protected override long Most { get; } = Bound(attribute.Most) ?? long.MaxValue;

        protected override long? Read(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

        public override string Format(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

        private static long? Bound(string? text) => text is null ? null : long.Parse(text, CultureInfo.InvariantCulture);
    }

    private sealed class Bytes(Type type, SettingAttribute attribute) : Whole(type)
    {
        private const string Written = "written like 4096, 64KiB, 16MiB or 1GiB.";

        public override string Rule => attribute.Most is null
            ? $"A size of at least {ByteSizeText.Format(Least)}, {Written}"
            : $"A size from {ByteSizeText.Format(Least)} to {ByteSizeText.Format(Most)}, {Written}";

        protected override long Least { get; } = Bound(attribute.Least) ?? 0;

        protected override long Most { get; } = Bound(attribute.Most) ?? long.MaxValue;

        protected override long? Read(string text) => ByteSizeText.TryParse(text, out var value) ? value : null;

        public override string Format(object value) => ByteSizeText.Format(Convert.ToInt64(value, CultureInfo.InvariantCulture));

        private static long? Bound(string? text) =>
            text is null ? null : ByteSizeText.TryParse(text, out var bytes) ? bytes : throw new FormatException($"'{text}' is no size.");
    }

    private sealed class Duration(SettingAttribute attribute) : SettingKind
    {
        private const string Written = "written like 500ms, 5s, 10m, 1h30m or 3d.";
        public override bool IsDuration => true;

        private readonly TimeSpan _least = Bound(attribute.Least) ?? TimeSpan.Zero, _most = Bound(attribute.Most) ?? TimeSpan.MaxValue;

        public override string Rule => attribute.Most is null
            ? $"A duration of at least {DurationText.Format(_least)}, {Written}"
            : $"A duration from {DurationText.Format(_least)} to {DurationText.Format(_most)}, {Written}";

        public override object? Parse(string text) =>
            DurationText.TryParse(text, out var value) && value >= _least && value <= _most ? value : null;

        public override string Format(object value) => DurationText.Format((TimeSpan)value);

        private static TimeSpan? Bound(string? text) =>
            text is null ? null
            : DurationText.TryParse(text, out var duration) ? duration
            : throw new FormatException($"'{text}' is no duration.");
    }

    private sealed class Switch : SettingKind
    {
        public override string Rule => "Either true or false.";

        public override object? Parse(string text) => text switch { "true" => true, "false" => false, _ => null };

        public override string Format(object value) => (bool)value ? "true" : "false";
    }

    /// <summary>One of some names: those of an enum begin with a small letter.</summary>
    private sealed class Choice(IReadOnlyList<string> names, Func<string, object> parse) : SettingKind
    {
        public override string Rule => names switch
        {
            [] => "This program has none.",
            [var only] => $"Only {only}.",
            _ => $"One of {string.Join(", ", names)}.",
        };

        public override object? Parse(string text) => names.Contains(text) ? parse(text) : null;

        public override string Format(object value) => SettingName.Camel(value.ToString()!);
    }

    private sealed class Text(Type type, SettingAttribute attribute) : SettingKind
    {
        private readonly int _most = attribute.Most is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : int.MaxValue;

        public override string Rule => attribute.FormRule
            ?? (attribute.Most is null ? "Any text that is not empty." : string.Create(CultureInfo.InvariantCulture, $"1 to {_most:N0} characters."));

        public override object? Parse(string text) =>
            text.Length == 0 || text.Length > _most || !attribute.HasForm(text) ? null
            : type == typeof(string) ? text
            : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;

        public override string Format(object value) => value is Uri uri ? uri.OriginalString : (string)value;
    }
}
