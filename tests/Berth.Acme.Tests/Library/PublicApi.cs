using System.Reflection;
using System.Runtime.CompilerServices;

namespace Berth.Acme.Tests.Library;

/// <summary>Writes what a library shows to others, a line for each member.</summary>
internal static class PublicApi
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly NullabilityInfoContext Nullability = new();

    internal static string Of(Assembly assembly) => string.Concat(
        assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).Select(type => $"{Describe(type)}\n{Members(type)}\n"));

    private static string Describe(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsSealed: true } => IsRecord(type) ? "sealed record" : "sealed class",
            _ => IsRecord(type) ? "record" : "class",
        };
        var parents = type.IsEnum ? [] : type.GetInterfaces().Where(face => face.IsPublic && !face.IsGenericType).Select(face => face.Name).Order(StringComparer.Ordinal).ToArray();
        return $"{kind} {type.FullName}{(parents.Length == 0 ? "" : " : " + string.Join(", ", parents))}";
    }

    private static string Members(Type type) => string.Concat(type.GetMembers(Own)
        .Where(member => !IsGenerated(type, member))
        .Select(member => Describe(member))
        .OfType<string>()
        .Order(StringComparer.Ordinal)
        .Select(line => $"    {line}\n"));

    private static string? Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } field => $"const {field.Name} = {(field.FieldType.IsEnum ? Convert.ToInt64(field.GetRawConstantValue(), null) : $"\"{field.GetRawConstantValue()}\"")}",
        FieldInfo { IsSpecialName: false } field => $"field {field.Name}: {Name(field.FieldType, Nullability.Create(field))}",
        PropertyInfo property => $"{(IsRequired(property) ? "required " : "")}{property.Name}: {Name(property.PropertyType, Nullability.Create(property))} {Accessors(property)}",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method => $"{method.Name}({Parameters(method)}): {Name(method.ReturnType, Nullability.Create(method.ReturnParameter))}",
        _ => null,
    };

    private static string Accessors(PropertyInfo property) => property.SetMethod switch
    {
        { IsPublic: true } setter when setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) => "{ get; init; }",
        { IsPublic: true } => "{ get; set; }",
        _ => "{ get; }",
    };

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{parameter.Name}: {Name(parameter.ParameterType, Nullability.Create(parameter))}{(parameter.HasDefaultValue ? " = " + (parameter.DefaultValue ?? "default") : "")}"));

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        if (!type.IsGenericType)
        {
            return type.Name + mark;
        }

        var arguments = type.GetGenericArguments().Select((argument, i) => Name(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(i)));
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", arguments)}>{mark}";
    }

    private static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    // What the compiler and the JSON generator write says nothing that the type does not.
    private static bool IsGenerated(Type type, MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not PropertyInfo
        || member.Name is "Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "<Clone>$"
        || typeof(System.Text.Json.Serialization.JsonSerializerContext).IsAssignableFrom(type)
        || (type.IsEnum && member is FieldInfo { IsLiteral: false });
}
