using Microsoft.CodeAnalysis;

namespace Herald.Analysis;

/// <summary>
/// The cases of a closed family declared in Herald: the members of an enum, or the sealed types that are nested in their abstract base
/// type.
/// </summary>
internal static class ClosedFamily
{
    /// <summary>
    /// Each case with the object that names it in a pattern: the value of a member, or a type. Empty for all other types.
    /// </summary>
    public static IReadOnlyList<(string Name, object By)> CasesOf(ITypeSymbol type)
    {
        // Families in other libraries can grow without us, so a catch-all is right for them. (The assembly of the command is called
        // herald.)
        if (type.ContainingAssembly?.Name.StartsWith("Herald", StringComparison.OrdinalIgnoreCase) != true)
            return [];
        if (type.TypeKind == TypeKind.Enum)
        {
            if (type.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == nameof(FlagsAttribute)))
                return [];
            var members = type.GetMembers().OfType<IFieldSymbol>().Where(member => member.HasConstantValue);
            return [.. members.Select(member => (member.Name, member.ConstantValue!))];
        }
        if (!type.IsAbstract)
            return [];
        var derived = type.GetTypeMembers().Where(nested => !nested.IsAbstract && IsOrDerives(nested, type));
        return [.. derived.Select(nested => (nested.Name, (object)nested))];
    }

    public static bool IsOrDerives(ITypeSymbol type, ITypeSymbol from)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(at, from))
                return true;
        }
        return false;
    }
}
