using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Herald.Client.Tests;

/// <summary>The public types and members of an assembly as text, without what the compiler adds to records.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var member in Members(type))
                text.Append("    ").Append(member).Append('\n');
            text.Append('\n');
        }
        return text.ToString().TrimEnd() + "\n";
    }

    private static string Head(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : (type.IsSealed ? "sealed " : "") + (type.GetMethod("<Clone>$") is null ? "class" : "record");
        var bases = type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(one => !IsEquatable(one))
            .Select(NameOf).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } super && super != typeof(object) && super != typeof(ValueType) && super != typeof(Enum))
            bases.Insert(0, NameOf(super));
        return $"{kind} {NameOf(type)}{(bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}")}";
    }

    private static string[] Members(Type type)
    {
        var constructors = type.GetConstructors(Declared).Select(one => $"new({Parameters(one)})");
        var fields = type.GetFields(Declared).Select(one => one.IsLiteral
            ? $"const {NameOf(one.FieldType)} {one.Name} = {Literal(one.GetRawConstantValue())}" : $"{NameOf(one.FieldType)} {one.Name}");
        var properties = type.GetProperties(Declared).Select(Property);
        var methods = type.GetMethods(Declared).Where(one => !one.IsSpecialName && !IsGenerated(one)).Select(Method);
        return [.. Sorted(constructors), .. Sorted(fields), .. Sorted(properties), .. Sorted(methods)];
    }

    private static IOrderedEnumerable<string> Sorted(IEnumerable<string> members) => members.Order(StringComparer.Ordinal);

    private static string Property(PropertyInfo property)
    {
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var set = property.SetMethod is not { IsPublic: true } setter ? ""
            : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;";
        return $"{Static(property.GetMethod!)}{required}{NameOf(property.PropertyType)} {property.Name} {{ get;{set} }}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";
        return $"{Static(method)}{NameOf(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{NameOf(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.DefaultValue)}" : "")}"));

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool yes => yes ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string NameOf(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return $"{NameOf(inner)}?";
        if (type.IsArray)
            return $"{NameOf(type.GetElementType()!)}[]";
        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
    }

    private static bool IsEquatable(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEquatable<>);

    private static bool IsGenerated(MethodInfo method) => method.IsDefined(typeof(CompilerGeneratedAttribute));
}
