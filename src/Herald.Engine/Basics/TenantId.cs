using System.Text.RegularExpressions;

namespace Herald.Engine.Basics;

/// <summary>
/// A tenant: one of several users of a store that do not see each other. Topics, subscriptions, applications and sources belong to a
/// tenant, and two tenants can use the same names. The default value is the tenant <c>default</c>.
/// </summary>
/// <remarks>
/// Stores know a thing by its <em>full name</em>: <c>orders</c> in the default tenant, <c>@acme/orders</c> in the tenant <c>acme</c>. So a
/// store cannot mix up two tenants, and the default tenant costs nothing. An event has no tenant of its own: the number of its topic leads
/// to the topic's full name.
/// </remarks>
public readonly partial record struct TenantId
{
    public const string Rule = "A tenant has 1 to 64 characters of a-z, 0-9 and '-'.";

    // Names of topics and subscriptions never contain the mark. Any other name that begins with it gets its tenant written out, so that no
    // name can be mistaken for a full name.
    private const char Mark = '@', End = '/';
    private const string DefaultText = "default";

    // Null for the default tenant, so that the default value is that tenant.
    private readonly string? _text;

    private TenantId(string text) => _text = text == DefaultText ? null : text;

    [GeneratedRegex(@"^[a-z0-9-]{1,64}\z")]
    private static partial Regex Pattern();

    public bool IsDefault => _text is null;

    public static bool TryParse(string? text, out TenantId tenant)
    {
        var isOne = text is not null && Pattern().IsMatch(text);
        tenant = isOne ? new(text!) : default;
        return isOne;
    }

    /// <exception cref="ArgumentException">It is not the text of a tenant.</exception>
    public static TenantId Parse(string text) =>
        TryParse(text, out var tenant)
            ? tenant
            : throw new ArgumentException($"'{FieldProblem.Of("", text, "").Value}': {Rule}", nameof(text));

    /// <summary>The name with which stores know the thing that this tenant calls <paramref name="name"/>.</summary>
    public string FullName(string name) => IsDefault && !HasMark(name) ? name : $"{Mark}{this}{End}{name}";

    /// <summary>The tenant and its own name for a thing, from the full name.</summary>
    public static (TenantId Tenant, string Name) Split(string fullName)
    {
        if (!HasMark(fullName) || fullName.IndexOf(End, StringComparison.Ordinal) is not (> 1 and var end))
            return (default, fullName);
        return (new(fullName[1..end]), fullName[(end + 1)..]);
    }

    /// <summary>Whether a full name belongs to this tenant.</summary>
    public bool Owns(string fullName) => HasMark(fullName) ? Split(fullName).Tenant == this : IsDefault;

    public override string ToString() => _text ?? DefaultText;

    private static bool HasMark(string name) => name.StartsWith(Mark);
}
