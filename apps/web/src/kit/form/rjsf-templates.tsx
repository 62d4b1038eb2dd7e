import '../state/palette.css';
import { Button, Group, Text } from '@mantine/core';
import { getDefaultRegistry } from '@rjsf/core';
import {
  type ArrayFieldTitleProps,
  buttonId,
  type CyclicSchemaExpandProps,
  canExpand,
  descriptionId,
  englishStringTranslator,
  getTemplate,
  getUiOptions,
  type IconButtonProps,
  type ObjectFieldTemplateProps,
  type TemplatesType,
  type TitleFieldProps,
  TranslatableString,
  titleId,
} from '@rjsf/utils';
import { IconPlus } from '@tabler/icons-react';
import classes from './form.module.css';

/** The members of an object, grouped and named for screen readers; the whole form has its name from its page. */
function ObjectFields(props: ObjectFieldTemplateProps) {
  const { title, description, disabled, readonly, properties, optionalDataControl, registry, schema, uiSchema } = props;
  const { fieldPathId, formData, onAddProperty } = props;
  const Description = getTemplate('DescriptionFieldTemplate', registry, getUiOptions(uiSchema));
  const { AddButton } = registry.templates.ButtonTemplates;
  const nested = fieldPathId.path.length > 0;
  return (
    <fieldset id={fieldPathId.$id} className={classes.object}>
      {nested && title !== '' && <legend id={titleId(fieldPathId)}>{title}</legend>}
      {description !== undefined && description !== '' && (
        <Description
          id={descriptionId(fieldPathId)}
          description={description}
          schema={schema}
          uiSchema={uiSchema}
          registry={registry}
        />
      )}
      {optionalDataControl}
      {properties.map(({ name, content, hidden }) => !hidden && <div key={name}>{content}</div>)}
      {canExpand(schema, uiSchema, formData) && (
        <AddButton
          id={buttonId(fieldPathId, 'add')}
          disabled={disabled || readonly}
          onClick={onAddProperty}
          uiSchema={uiSchema}
          registry={registry}
          title="Add a member"
        />
      )}
    </fieldset>
  );
}

/** No heading: a form's parts are no parts of the page's outline. */
function FieldTitle({ id, title, optionalDataControl }: TitleFieldProps) {
  return (
    <Group justify="space-between">
      <span id={id} className={classes.legend}>
        {title}
      </span>
      {optionalDataControl}
    </Group>
  );
}

function ListTitle({ fieldPathId, title, optionalDataControl }: ArrayFieldTitleProps) {
  if (!title) return null;
  return (
    <span id={titleId(fieldPathId)} className={classes.legend}>
      {title} {optionalDataControl}
    </span>
  );
}

/** A schema that names itself is shown one level at a time. */
function MoreLevels({ name, fieldPathId, onExpand }: CyclicSchemaExpandProps) {
  return (
    <Group gap="xs">
      <Text size="sm" fw={600}>
        {name}
      </Text>
      <Button size="compact-xs" variant="default" onClick={() => onExpand(fieldPathId.$id)}>
        Show its fields
      </Button>
    </Group>
  );
}

function AddButton({ id, disabled, onClick, title, className }: IconButtonProps) {
  return (
    <div>
      <Button
        id={id}
        className={className}
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        disabled={disabled}
        onClick={onClick}
      >
        {title ?? 'Add an item'}
      </Button>
    </div>
  );
}

export const formTemplates: Partial<Omit<TemplatesType, 'ButtonTemplates'>> & {
  ButtonTemplates: Partial<TemplatesType['ButtonTemplates']>;
} = {
  ObjectFieldTemplate: ObjectFields,
  TitleFieldTemplate: FieldTitle,
  ArrayFieldTitleTemplate: ListTitle,
  CyclicSchemaExpandTemplate: MoreLevels,
  ButtonTemplates: { AddButton },
};

const { DateTimeWidget, DateWidget, TimeWidget } = getDefaultRegistry().widgets;
/** The browser's own fields for times: they give what JSON Schema means by its formats, with a zone. */
export const formWidgets = {
  DateTimeWidget: DateTimeWidget!,
  DateWidget: DateWidget!,
  TimeWidget: TimeWidget!,
};

const words: Partial<Record<TranslatableString, string>> = {
  [TranslatableString.AddItemButton]: 'Add an item',
  [TranslatableString.ClearButton]: 'Clear',
  [TranslatableString.NewStringDefault]: '',
  [TranslatableString.OptionalObjectAdd]: 'Add it',
  [TranslatableString.OptionalObjectRemove]: 'Leave it out',
  [TranslatableString.OptionalObjectEmptyMsg]: 'Left out',
};

export const formWords = (text: TranslatableString, params?: string[]): string =>
  words[text] ?? englishStringTranslator(text, params);
