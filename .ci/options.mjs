/**
 * What deploy/compose.yaml and deploy/kubernetes.yaml ask of a container, as options of `docker run`, one a line.
 *
 *   node options.mjs compose|kubernetes FOLDER
 *
 * FOLDER stands for the one with compose.yaml, and has a `config` as either of them mounts it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const [kind, folder] = process.argv.slice(2);
const read = (name) => readFileSync(join(import.meta.dirname, '../deploy', name), 'utf8');

function ofCompose() {
  const service = parse(read('compose.yaml')).services['listing-bridge'];
  return [
    `--restart=${service.restart}`,
    `--stop-timeout=${Number.parseInt(service.stop_grace_period, 10)}`,
    `--env-file=${join(folder, service.env_file)}`,
    `--read-only=${service.read_only}`,
    ...service.cap_drop.map((name) => `--cap-drop=${name}`),
    ...service.security_opt.map((option) => `--security-opt=${option.replace(':true', '')}`),
    ...service.volumes.map(
      (volume) => `--volume=${volume.replace(/^\.\//, `${folder}/`).replace(/^data:/, 'composed-data:')}`,
    ),
  ];
}

function ofKubernetes() {
  const objects = parseAllDocuments(read('kubernetes.yaml')).map((document) => document.toJS());
  const pod = objects.find((object) => object.kind === 'Deployment').spec.template.spec;
  const [{ securityContext, volumeMounts }] = pod.containers;
  const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
  return [
    `--stop-timeout=${pod.terminationGracePeriodSeconds}`,
    `--env-file=${join(folder, '.env')}`,
    `--user=${runAsUser}:${runAsGroup}`,
    `--group-add=${fsGroup}`,
    `--read-only=${securityContext.readOnlyRootFilesystem}`,
    ...securityContext.capabilities.drop.map((name) => `--cap-drop=${name}`),
    ...(securityContext.allowPrivilegeEscalation ? [] : ['--security-opt=no-new-privileges']),
    ...volumeMounts.map(
      ({ name, mountPath, readOnly }) => `--volume=${folder}/${name}:${mountPath}${readOnly ? ':ro' : ''}`,
    ),
  ];
}

process.stdout.write(`${(kind === 'compose' ? ofCompose() : ofKubernetes()).join('\n')}\n`);
